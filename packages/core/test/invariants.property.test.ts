import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, Plan } from '@compozy/core';
import {
  start,
  transition,
  type Command,
  type RunContext,
  type RunEvent,
  type RunState,
  type Step,
} from '@compozy/core/interpreter';
import { arbitraryEventChoice, arbitraryPlan, chooseEvent, type EventChoice } from './arbitrary-run.js';

const RUNS = 10_000;
const context: RunContext = {
  execId: 'exec',
  workflowId: 'w',
  project: 'p',
  at: 1,
  seed: 'seed',
  input: { list: [1, 2, 3] },
  trigger: { type: 'api' },
};

/** What the shell would have open, kept by the commands alone. */
interface Shell {
  readonly activities: Set<string>;
  readonly deadlines: Set<string>;
  draining: boolean;
  ended: boolean;
}

describe('transition', () => {
  it(`keeps I1 to I8 over ${RUNS} random plans and orders of events`, () => {
    fc.assert(
      fc.property(arbitraryPlan, fc.array(arbitraryEventChoice, { maxLength: 40 }), (plan, choices) =>
        runAndCheck(plan, choices),
      ),
      { numRuns: RUNS, seed: 20_261_124 },
    );
  });
});

function runAndCheck(plan: Plan, choices: readonly EventChoice[]): void {
  const shell: Shell = { activities: new Set(), deadlines: new Set(), draining: false, ended: false };
  let at = 1;
  let step = checkedStep(
    () => start(context, plan),
    () => start(jsonCopy(context), jsonCopy(plan)),
  );
  follow(shell, step);
  for (const choice of choices) {
    at += 1;
    const event = chooseEvent(choice, shell, at);
    const before = step.state;
    const frozen = JSON.stringify(before);
    step = checkedStep(
      () => transition(plan, before, event),
      // I2: a state that went through JSON behaves as the one that did not.
      () => transition(jsonCopy(plan), jsonCopy(before), event),
    );
    expect(JSON.stringify(before)).toBe(frozen);
    checkUnknown(before, step, event);
    follow(shell, step);
  }
  drain(plan, step, shell, at);
}

/** I1 and I2: the same step twice, and nothing in it that JSON would change. */
function checkedStep(first: () => Step, again: () => Step): Step {
  const step = first();
  const text = JSON.stringify(step);
  expect(JSON.stringify(again())).toBe(text);
  expect(JSON.parse(text)).toEqual(step);
  return step;
}

/** I3. */
function checkUnknown(before: RunState, step: Step, event: RunEvent): void {
  if (!('key' in event)) return;
  const known = event.kind === 'deadline-reached' ? before.deadlines[event.key] : before.issued[event.key];
  if (known !== undefined && !before.ended) return;
  expect(step.state).toBe(before);
  expect(step.commands).toEqual([]);
}

function follow(shell: Shell, { commands, state }: Step): void {
  // A run that drains starts nothing, or it would never get to continue as new.
  shell.draining = state.draining;
  for (const command of commands) {
    expect(shell.ended).toBe(false);
    if (shell.draining) expect(command.kind).not.toBe('run-activity');
    perform(shell, command);
  }
}

function perform(shell: Shell, command: Command): void {
  switch (command.kind) {
    case 'run-activity':
      expect(shell.activities.has(command.key)).toBe(false);
      shell.activities.add(command.key);
      break;
    case 'cancel':
      expect(shell.activities.delete(command.key)).toBe(true);
      break;
    case 'set-deadline':
      shell.deadlines.add(command.key);
      break;
    case 'clear-deadline':
      expect(shell.deadlines.delete(command.key)).toBe(true);
      break;
    case 'continue-as-new':
      expect(shell.activities.size).toBe(0);
      break;
    default:
      // I7.
      expect([...shell.activities]).toEqual([]);
      expect([...shell.deadlines]).toEqual([]);
      shell.ended = true;
  }
}

/** I5 and I6: whatever happened, completing what is open ends the run. */
function drain(plan: Plan, from: Step, shell: Shell, from_: number): void {
  let step = from;
  let at = from_;
  let refusals = 0;
  const give = (event: RunEvent) => {
    step = transition(plan, step.state, event);
    follow(shell, step);
  };
  give({ kind: 'resume-requested', at: (at += 1) });
  for (let turn = 0; turn < 5_000 && !step.state.ended; turn += 1) {
    if (step.state.draining && shell.activities.size === 0) give({ kind: 'continued', at: (at += 1) });
    const [activity] = shell.activities;
    const [deadline] = shell.deadlines;
    const [waiting] = Object.keys(step.state.signals.waits);
    if (activity !== undefined) {
      shell.activities.delete(activity);
      give({
        kind: 'activity-completed',
        key: activity,
        result: resultFor(step.state, activity),
        attempts: 1,
        at: (at += 1),
      });
    } else if (deadline !== undefined) {
      shell.deadlines.delete(deadline);
      give({ kind: 'deadline-reached', key: deadline, at: (at += 100_000) });
    } else if (waiting !== undefined) {
      // An answer that every condition takes, or a run may wait for ever.
      give({ kind: 'signal-received', name: step.state.signals.waits[waiting]!, payload: true, at: (at += 1) });
      if (step.state.signals.waits[waiting] !== undefined && shell.activities.size === 0 && refusals++ > 20) {
        give({ kind: 'cancel-requested', at: (at += 1) });
      }
    }
  }
  expect(step.state.ended).toBe(true);
}

function resultFor(state: RunState, key: string): Json {
  const activity = state.issued[key]?.command.activity;
  return activity === 'expandItems' ? { itemCount: 0, keptCount: 0, total: 0, chunkSize: 1, chunks: [] } : { ok: true };
}

function jsonCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
