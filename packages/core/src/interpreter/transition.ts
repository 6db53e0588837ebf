/*
 * The machine: what a run does next, as data. It does no I/O, knows no Temporal and keeps no memory.
 *
 * I1  Pure: the same arguments give the same step; no well-typed event makes it throw (a throw is a bug of ours).
 * I2  State and commands are JSON.
 * I3  An event for an unknown or settled key returns the same state and no commands.
 * I4  Commands come out in document order; the order of object keys never decides one.
 * I5  A task's failure is data in the state; only `fail-run` fails the run.
 * I6  Every key that was issued is settled or cancelled in the end.
 * I7  A run ends only when nothing it issued is open.
 * I8  Clock and randomness come from `at` and the seed.
 */
import { toFailureRecord } from '../errors/failure.js';
import { CompozyError } from '../errors/compozy-error.js';

import type { Plan } from '../model/plan.js';
import { isTerminal } from '../model/task.js';
import { behaviorOf, taskAt } from '../tasks/behaviors.js';
import type { TaskEvent } from '../tasks/task-behavior.js';
import { Draft } from './draft.js';
import { begin, enter, SLEEP_DEADLINE, TIMEOUT_DEADLINE } from './enter.js';
import type { RunEvent } from './event.js';
import { placedInRun } from './failure-place.js';
import { limitFailure } from './limit-failure.js';
import { createScope, toOutcome } from './scope.js';
import {
  cancelRun,
  completeRun,
  enterTopLevel,
  failRun,
  RUN_OUTPUTS,
  RUN_STORE,
  storeRunOutput,
  topLevelSettled,
} from './sequence.js';
import { failNode, guarded, OUTPUTS_ACTIVITY, outputsEvaluated, settleNode, STORE_ACTIVITY } from './settle.js';
import { isRepeated, NO_SIGNALS, receiveSignal, sweepSignals } from './signals.js';
import type { Deadline, Issued, RunContext, RunState, Step } from './state.js';

/** How often a call that died with its worker is repeated before the task fails. */
const MAX_WORKERS_LOST = 10;

/** The first step of a run. */
export function start(context: RunContext, plan: Plan): Step {
  const draft = new Draft(plan, emptyState(context), context.at);
  try {
    const first = context.initialTaskId ?? plan.tasks[0]?.id;
    if (first === undefined) throw new CompozyError('Config.Invalid', `Workflow "${plan.workflow.id}" has no tasks`);
    enterTopLevel(draft, { id: first, ...(context.single === undefined ? {} : { given: context.single.with }) });
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    failRun(draft, toFailureRecord(error));
  }
  return settleTurn(draft);
}

export function transition(plan: Plan, state: RunState, event: RunEvent): Step {
  if (state.ended || !concerns(state, event)) return { state, commands: [] };
  const draft = new Draft(plan, state, event.at);
  apply(draft, event);
  return settleTurn(draft);
}

/** I3. */
function concerns(state: RunState, event: RunEvent): boolean {
  switch (event.kind) {
    case 'activity-completed':
    case 'activity-failed':
    case 'activity-cancelled':
      return state.issued[event.key] !== undefined;
    case 'deadline-reached':
      return state.deadlines[event.key] !== undefined;
    case 'pause-requested':
      return !state.paused;
    case 'resume-requested':
      return state.paused;
    case 'drain-requested':
      return !state.draining;
    case 'continued':
      return state.draining;
    case 'signal-received':
      return !isRepeated(state, event);
    case 'cancel-requested':
      return true;
  }
}

function apply(draft: Draft, event: RunEvent): void {
  switch (event.kind) {
    case 'activity-completed':
    case 'activity-failed':
    case 'activity-cancelled':
      activityEnded(draft, event);
      break;
    case 'deadline-reached': {
      const deadline = draft.deadlines[event.key]!;
      delete draft.deadlines[event.key];
      draft.work.push({ kind: 'deadline', deadline });
      break;
    }
    case 'signal-received':
      receiveSignal(draft, event);
      break;
    case 'pause-requested':
      Object.assign(draft.fields, { paused: true, status: 'PAUSED' });
      break;
    case 'resume-requested':
      Object.assign(draft.fields, { paused: false, status: 'RUNNING' });
      draft.work.push(...draft.heldWork.splice(0));
      break;
    case 'drain-requested':
      draft.fields.draining = true;
      break;
    case 'continued':
      draft.fields.draining = false;
      for (const [key, { at }] of Object.entries(draft.deadlines))
        draft.commands.push({ kind: 'set-deadline', key, at });
      draft.commands.push(...draft.held.splice(0));
      break;
    case 'cancel-requested':
      cancelRun(draft);
      break;
  }
}

/** Works off everything that the event set in motion. A queue and not recursion: a loop of routers has no depth. */
function settleTurn(draft: Draft): Step {
  for (let work = draft.work.shift(); work !== undefined && !draft.fields.ended; work = draft.work.shift()) {
    if (work.kind === 'settled') settled(draft, work.key);
    else if (draft.fields.paused) draft.heldWork.push(work);
    else if (work.kind === 'enter') enter(draft, work);
    else if (work.kind === 'signal') signalArrived(draft, work.key);
    else deadlineReached(draft, work.deadline);
  }
  sweepSignals(draft);
  if (draft.fields.draining && !draft.fields.ended && draft.inFlight() === 0) {
    draft.commands.push({ kind: 'continue-as-new' });
  }
  return draft.finish();
}

function settled(draft: Draft, key: string): void {
  const node = draft.nodes[key];
  if (node === undefined) return;
  if (node.parent === null) {
    topLevelSettled(draft, node);
    return;
  }
  const parent = draft.node(node.parent);
  if (!isTerminal(parent.status)) deliver(draft, parent.key, { kind: 'child-settled', child: toOutcome(node) });
}

function deliver(draft: Draft, key: string, event: TaskEvent): void {
  const task = taskAt(draft.plan.tasks, draft.node(key).ref);
  guarded(draft, key, () => behaviorOf(task).on(task, createScope(draft, key), event));
}

function signalArrived(draft: Draft, key: string): void {
  const node = draft.nodes[key];
  if (node !== undefined && !isTerminal(node.status)) deliver(draft, key, { kind: 'signal-received' });
}

function deadlineReached(draft: Draft, { node, name }: Deadline): void {
  if (name === SLEEP_DEADLINE) begin(draft, node);
  else if (name === TIMEOUT_DEADLINE) {
    const { id, ref } = draft.node(node);
    const limit = taskAt(draft.plan.tasks, ref).timeoutMs ?? 0;
    const message = `Task "${id}" took longer than its timeout of ${limit} ms`;
    failNode(draft, node, { code: 'Task.TimedOut', message, retryable: false }, 'TIMED_OUT');
  } else deliver(draft, node, { kind: 'deadline-reached', name });
}

type ActivityEvent = Extract<RunEvent, { key: string; kind: `activity-${string}` }>;

function activityEnded(draft: Draft, event: ActivityEvent): void {
  const issued = draft.issued[event.key]!;
  delete draft.issued[event.key];
  if (event.kind === 'activity-failed' && event.timeout === 'heartbeat' && repeatLost(draft, issued)) return;
  if (issued.node === null) {
    runActivityEnded(draft, event, issued);
    return;
  }
  const { node: key, name } = issued;
  if (event.kind === 'activity-cancelled') {
    failNode(draft, key, { code: 'Task.Canceled', message: `"${name}" was cancelled from outside`, retryable: false });
  } else if (event.kind === 'activity-failed') {
    draft.update(key, { attempts: event.attempts + issued.workersLost });
    const failure = event.timeout === undefined ? event.failure : limitFailure(draft.node(key).id, event.timeout);
    if (name === OUTPUTS_ACTIVITY || name === STORE_ACTIVITY) failNode(draft, key, failure);
    else {
      const { kind, attempts, timeout } = event;
      deliver(draft, key, { kind, name, failure, attempts, ...(timeout === undefined ? {} : { timeout }) });
    }
  } else if (name === OUTPUTS_ACTIVITY) guarded(draft, key, () => outputsEvaluated(draft, key, event.result));
  else if (name === STORE_ACTIVITY) settleNode(draft, key, 'SUCCESS', { output: event.result });
  else {
    draft.update(key, { attempts: event.attempts + issued.workersLost });
    deliver(draft, key, { kind: 'activity-completed', name, result: event.result, attempts: event.attempts });
  }
}

function runActivityEnded(draft: Draft, event: ActivityEvent, issued: Issued): void {
  if (event.kind === 'activity-completed') {
    if (issued.name === RUN_OUTPUTS) storeRunOutput(draft, event.result);
    else if (issued.name === RUN_STORE) completeRun(draft, event.result);
  } else if (event.kind === 'activity-failed') failRun(draft, placedInRun(draft.plan, event.failure));
  else
    failRun(draft, { code: 'Task.Canceled', message: `"${issued.name}" was cancelled from outside`, retryable: false });
}

/** A worker that died took the call with it: that is no attempt of the task's, unless the tool forbids a repeat. */
function repeatLost(draft: Draft, issued: Issued): boolean {
  const { command, workersLost } = issued;
  if (!command.repeatable || workersLost >= MAX_WORKERS_LOST) return false;
  const base = workersLost === 0 ? command.key : command.key.slice(0, command.key.lastIndexOf('~'));
  draft.issue(issued.node, issued.name, { ...command, key: `${base}~${workersLost + 1}` }, workersLost + 1);
  return true;
}

function emptyState(context: RunContext): RunState {
  return {
    version: 1,
    turns: 0,
    context,
    at: context.at,
    status: 'RUNNING',
    nodes: {},
    latest: {},
    passes: {},
    issued: {},
    deadlines: {},
    held: [],
    heldWork: [],
    signals: NO_SIGNALS,
    paused: false,
    draining: false,
    draws: 0,
    ended: false,
  };
}
