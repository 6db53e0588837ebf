import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Json, type Plan, type Task } from '@compozy/core';
import { start, transition, type RunActivityCommand, type Step } from '@compozy/core/interpreter';

const ITEMS = 5_000;
const base = { position: { file: 'workflow.yaml', line: 1, column: 1 }, policy: DEFAULT_POLICY, maxIterations: 10 };
const child = { ...base, id: 'c{{ .index }}', type: 'basic', tool: 'tool', with: { n: '{{ .item }}' } } as Task;
const plan: Plan = {
  semantics: 1,
  project: { name: 'p' },
  workflow: { id: 'w' },
  file: 'workflow.yaml',
  tasks: [
    {
      ...base,
      id: 'all',
      type: 'collection',
      items: `1..${ITEMS}`,
      mode: 'parallel',
      batchSize: 0,
      maxWorkers: 10,
      strategy: 'best_effort',
      task: child,
    },
  ],
  inListOrder: true,
  env: {},
  publicEnv: {},
  // A call that may not be made twice runs alone, so these children run in the window.
  tools: { tool: { id: 'tool', idempotent: false } },
  triggers: [],
};

/** Ends every activity as soon as it is asked for; every hundredth call of the tool fails. */
function run(drainEvery: number) {
  let at = 1;
  let step: Step = start(
    { execId: 'e', workflowId: 'w', project: 'p', at, seed: 's', input: {}, trigger: { type: 'api' } },
    plan,
  );
  const open: RunActivityCommand[] = [];
  const stored: (readonly (readonly [number, string, Json])[])[] = [];
  let largestState = 0;
  let mostNodes = 0;
  let continued = 0;
  let assembled: readonly Json[] = [];
  for (let turn = 1; !step.state.ended; turn += 1) {
    for (const command of step.commands) if (command.kind === 'run-activity') open.push(command);
    if (step.commands.some(({ kind }) => kind === 'continue-as-new')) {
      expect(open).toEqual([]);
      continued += 1;
      step = transition(plan, JSON.parse(JSON.stringify(step.state)) as typeof step.state, {
        kind: 'continued',
        at: (at += 1),
      });
      continue;
    }
    if (turn % drainEvery === 0 && !step.state.draining) {
      step = transition(plan, step.state, { kind: 'drain-requested', at: (at += 1) });
      continue;
    }
    if (turn % 500 === 0) largestState = Math.max(largestState, JSON.stringify(step.state).length);
    mostNodes = Math.max(mostNodes, Object.keys(step.state.nodes).length);
    const command = open.shift()!;
    const event = { key: command.key, attempts: 1, at: (at += 1) };
    const n = command.activity === 'runTool' ? Number((command.input.input.value as { n: number }).n) : 0;
    if (command.activity === 'runTool' && n % 100 === 0) {
      const failure = { code: 'Tool.Threw', message: `no ${n}`, retryable: false };
      step = transition(plan, step.state, { kind: 'activity-failed', failure, ...event });
      continue;
    }
    let result: Json = { n };
    if (command.activity === 'storeValue') {
      stored.push(command.input.value as unknown as readonly (readonly [number, string, Json])[]);
      result = { $blob: String(stored.length).padStart(64, '0'), bytes: 100_000, type: 'json' };
    } else if (command.activity === 'assembleOutputs') {
      assembled = command.input.chunks as unknown as readonly Json[];
      result = { $blob: 'f'.repeat(64), bytes: 100_000, type: 'json' };
    }
    step = transition(plan, step.state, { kind: 'activity-completed', result, ...event });
  }
  return { step, stored, assembled, largestState, mostNodes, continued };
}

describe('a collection of more than a thousand items whose children run one by one', () => {
  it('keeps what is open and the first failures, and stores every output once', () => {
    const { step, stored, assembled, largestState, mostNodes } = run(Number.POSITIVE_INFINITY);
    expect(step.state.status).toBe('SUCCESS');
    expect(mostNodes).toBeLessThan(40);
    expect(largestState).toBeLessThan(150_000);
    const indexes = stored.flat().map(([index]) => index);
    expect(indexes.length).toBe(ITEMS - ITEMS / 100);
    expect(new Set(indexes).size).toBe(indexes.length);
    expect(
      stored.flat().every(([index, id, output]) => id === `c${index}` && (output as { n: number }).n === index + 1),
    ).toBe(true);
    expect(assembled.length).toBe(stored.length);
    const output = step.state.nodes['root/all']!.output as { progress_info: Json; outputs: Json };
    expect(output.progress_info).toMatchObject({ total_children: ITEMS, success_count: 4_950, failed_count: 50 });
  });

  it('comes to the same end over continue-as-new', () => {
    const whole = run(Number.POSITIVE_INFINITY);
    const cut = run(700);
    expect(cut.continued).toBeGreaterThan(5);
    expect(cut.step.state.nodes['root/all']!.output).toEqual(whole.step.state.nodes['root/all']!.output);
    expect(cut.stored.flat().toSorted(([a], [b]) => a - b)).toEqual(whole.stored.flat().toSorted(([a], [b]) => a - b));
  });
});
