import * as fc from 'fast-check';
import { DEFAULT_POLICY, type Json, type Plan, type Task, type Transition } from '@compozy/core';
import type { RunEvent } from '@compozy/core/interpreter';

const IDS = ['a', 'b', 'c', 'd'];
const base = { position: { file: 'workflow.yaml', line: 1, column: 1 }, policy: DEFAULT_POLICY, maxIterations: 5 };

const transitionTo: fc.Arbitrary<Transition> = fc.record(
  {
    next: fc.constantFrom(...IDS, '{{ .workflow.input.missing }}', 'nowhere'),
    with: fc.constantFrom({ x: 1 }, { x: '{{ .output }}' }),
  },
  { requiredKeys: ['next'] },
);

const common = fc.record(
  {
    with: fc.constantFrom<Json>(
      { n: 1 },
      { v: '{{ .workflow.input.list }}' },
      { s: '{{ .env.SECRET }}' },
      { bad: '{{ .nope }}' },
    ),
    onSuccess: transitionTo,
    onError: transitionTo,
    sleepMs: fc.constantFrom(10, 1_000),
    timeoutMs: fc.constantFrom(50, 5_000),
    outputs: fc.constantFrom<Json>({ r: '{{ .output }}' }, { r: '{{ .output.nope }}' }),
    final: fc.constant(true as const),
  },
  { requiredKeys: [] },
);

const basic = common.map((fields) => ({ ...base, ...fields, type: 'basic', tool: 'tool' }));
const lost = common.map((fields) => ({ ...base, ...fields, type: 'basic', tool: 'once' }));
const aggregate = common.map((fields) => ({ ...base, ...fields, type: 'aggregate', outputs: { all: '{{ .tasks }}' } }));

const waitForSignal = common.chain((fields) =>
  fc
    .record(
      {
        waitFor: fc.constantFrom('go', '{{ .workflow.input.missing }}'),
        condition: fc.constantFrom(
          'signal.payload == true',
          '{{ .signal.payload }}',
          'tasks.a.output.x == 1',
          'processor.error == null',
        ),
        processor: fc.constantFrom(
          { ...base, type: 'basic', tool: 'tool', id: 'processor' },
          { ...base, type: 'aggregate', outputs: { s: '{{ .signal.payload }}' }, id: 'processor' },
        ),
        onTimeout: fc.constantFrom(...IDS, 'nowhere'),
      },
      { requiredKeys: ['waitFor'] },
    )
    .map((wait) => ({ ...base, ...fields, ...wait, type: 'wait' })),
);
const timer = common.map((fields) => ({ ...base, ...fields, type: 'wait', durationMs: 20 }));
const signal = common.map((fields) => ({
  ...base,
  ...fields,
  type: 'signal',
  signal: 'go',
  payload: '{{ .workflow.input.list }}',
}));
const router = fc
  .record({
    fields: common,
    condition: fc.constantFrom(
      'size(workflow.input.list) > 2',
      '{{ .workflow.input.list }}',
      'tasks.b.output.kind',
      'tasks.a.status == "SUCCESS" ? "true" : "other"',
    ),
    target: fc.constantFrom(...IDS, 'nowhere', 'inline'),
    defaultRoute: fc.constantFrom(undefined, ...IDS),
  })
  .map(({ fields, condition, target, defaultRoute }) => ({
    ...base,
    ...fields,
    type: 'router',
    condition,
    routes: { true: target },
    ...(defaultRoute === undefined ? {} : { defaultRoute }),
    tasks: target === 'inline' ? [{ ...base, type: 'basic', tool: 'tool', id: 'inline' }] : [],
  }));

const leaf = fc.oneof(
  { weight: 2, arbitrary: basic },
  lost,
  aggregate,
  { weight: 2, arbitrary: waitForSignal },
  timer,
  signal,
  router,
);

function collectionOf(child: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc
    .record({
      fields: common,
      items: fc.constantFrom<Json>(
        [1, 2, 3],
        '1..4',
        [],
        { k: 1, l: 2 },
        '{{ .workflow.input.list }}',
        '{{ .env.SECRET }}',
        7,
      ),
      filter: fc.constantFrom(undefined, '{{ .item }}', 'no'),
      batchSize: fc.constantFrom(0, 2),
      maxWorkers: fc.constantFrom(1, 2, 10),
      mode: fc.constantFrom('parallel', 'sequential'),
      strategy: fc.constantFrom('wait_all', 'fail_fast', 'best_effort', 'race'),
      child,
      childId: fc.constantFrom('child', '{{ .index }}', 'same-{{ .nope }}'),
    })
    .map(({ fields, filter, child: task, childId, ...rest }) => ({
      ...base,
      ...fields,
      ...rest,
      ...(filter === undefined ? {} : { filter }),
      type: 'collection',
      task: { ...task, id: childId },
    }));
}

function listOf(child: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc
    .record({
      fields: common,
      type: fc.constantFrom('parallel', 'composite'),
      strategy: fc.constantFrom('wait_all', 'fail_fast', 'best_effort', 'race'),
      maxWorkers: fc.constantFrom(1, 2, 10),
      children: fc.array(child, { maxLength: 4 }),
    })
    .map(({ fields, children, ...rest }) => ({
      ...base,
      ...fields,
      ...rest,
      tasks: children.map((task, index) => ({ ...task, id: `child-${index}` })),
    }));
}

function nestedIn(child: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof(collectionOf(child), listOf(child));
}

const anyTask = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 2, arbitrary: nestedIn(leaf) },
  { weight: 1, arbitrary: nestedIn(fc.oneof(leaf, nestedIn(leaf))) },
);

/** Plans with every kind of task, loops, dead ends, failing templates and secrets. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .record({ tasks: fc.array(anyTask, { minLength: 1, maxLength: 4 }), inListOrder: fc.boolean() })
  .map(({ tasks, inListOrder }) => ({
    semantics: 1,
    project: { name: 'p' },
    workflow: { id: 'w' },
    file: 'workflow.yaml',
    tasks: tasks.map((task, index) => ({ ...task, id: IDS[index] }) as Task),
    inListOrder,
    env: {},
    publicEnv: {},
    triggers: [],
    tools: { tool: { id: 'tool' }, once: { id: 'once', idempotent: false } },
  }));

export interface EventChoice {
  readonly kind:
    | 'complete'
    | 'fail'
    | 'timeout'
    | 'lose'
    | 'cancelled'
    | 'deadline'
    | 'signal'
    | 'unknown'
    | 'pause'
    | 'resume'
    | 'drain'
    | 'continued'
    | 'cancel';
  readonly pick: number;
  readonly result: Json;
}

const kinds: EventChoice['kind'][] = [
  'complete',
  'complete',
  'complete',
  'complete',
  'fail',
  'timeout',
  'lose',
  'signal',
  'signal',
  'deadline',
  'unknown',
  'pause',
  'resume',
  'drain',
];

export const arbitraryEventChoice: fc.Arbitrary<EventChoice> = fc.record({
  kind: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...kinds) },
    { weight: 1, arbitrary: fc.constantFrom('cancel' as const, 'cancelled' as const) },
  ),
  pick: fc.nat(1_000),
  result: fc.constantFrom<Json>(
    { ok: true },
    null,
    [1, 2],
    'text',
    { error: 'bad' },
    { success: false },
    { $blob: 'f'.repeat(64), bytes: 100_000, type: 'json' },
  ),
});

/** An event that the shell could give now: one for something that is open, or one that concerns nothing. */
export function chooseEvent(
  { kind, pick, result }: EventChoice,
  shell: { readonly activities: Set<string>; readonly deadlines: Set<string> },
  at: number,
): RunEvent {
  const take = (keys: Set<string>): string => {
    const key = [...keys][pick % Math.max(1, keys.size)];
    if (key === undefined) return 'root/nothing';
    keys.delete(key);
    return key;
  };
  const failure = { code: 'Tool.Threw', message: 'failed', retryable: false };
  switch (kind) {
    case 'complete': {
      const key = take(shell.activities);
      const manifest = {
        itemCount: 2,
        keptCount: 2,
        total: 2,
        chunkSize: 2,
        chunks: [{ $blob: 'a'.repeat(64), bytes: 9, type: 'json' }],
      };
      return {
        kind: 'activity-completed',
        key,
        result: /\/items(~\d+)?$/.test(key) ? manifest : result,
        attempts: 1,
        at,
      };
    }
    case 'fail':
      return { kind: 'activity-failed', key: take(shell.activities), failure, attempts: 3, at };
    case 'timeout':
      return {
        kind: 'activity-failed',
        key: take(shell.activities),
        failure,
        attempts: 1,
        timeout: 'start-to-close',
        at,
      };
    case 'lose':
      return { kind: 'activity-failed', key: take(shell.activities), failure, attempts: 1, timeout: 'heartbeat', at };
    case 'cancelled':
      return { kind: 'activity-cancelled', key: take(shell.activities), at };
    case 'deadline':
      return { kind: 'deadline-reached', key: take(shell.deadlines), at };
    case 'signal': {
      const id = pick % 3 === 0 ? { id: `s${pick % 10}` } : {};
      return { kind: 'signal-received', name: pick % 5 === 0 ? 'other' : 'go', payload: pick % 2 === 0, at, ...id };
    }
    case 'unknown':
      return { kind: 'activity-completed', key: 'root/unknown', result, attempts: 1, at };
    case 'cancel':
      return { kind: 'cancel-requested', at };
    default:
      return {
        kind: (
          {
            pause: 'pause-requested',
            resume: 'resume-requested',
            drain: 'drain-requested',
            continued: 'continued',
          } as const
        )[kind],
        at,
      };
  }
}
