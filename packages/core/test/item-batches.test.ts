import { describe, expect, it } from 'vitest';
import {
  DEFAULT_POLICY,
  type CollectionTask,
  type ItemFailure,
  type ItemsResult,
  type Json,
  type JsonObject,
  type Plan,
  type RunItemsInput,
  type Task,
} from '@compozy/core';
import {
  start,
  toRunView,
  transition,
  type RunActivityCommand,
  type RunEvent,
  type Step,
} from '@compozy/core/interpreter';

const base = { position: { file: 'workflow.yaml', line: 1, column: 1 }, policy: DEFAULT_POLICY, maxIterations: 10 };
const basic = { ...base, id: 'c{{ .index }}', type: 'basic', tool: 'tool', with: { n: '{{ .item }}' } } as Task;

function planOf(patch: Partial<CollectionTask>, tool: Plan['tools'][string] = { id: 'tool' }): Plan {
  const task: CollectionTask = {
    ...base,
    id: 'all',
    type: 'collection',
    items: '1..3000',
    mode: 'parallel',
    batchSize: 0,
    maxWorkers: 25,
    strategy: 'wait_all',
    task: basic,
    ...patch,
  };
  return {
    semantics: 1,
    project: { name: 'p' },
    workflow: { id: 'w' },
    file: 'workflow.yaml',
    tasks: [task],
    inListOrder: true,
    env: { REGION: '{{ .env.REGION }}' },
    publicEnv: { REGION: 'eu' },
    tools: { tool },
    triggers: [],
  };
}

type Batch = Extract<RunActivityCommand, { activity: 'runItems' }>;

/** The machine, and what it asked for and was not answered or taken back. */
class Driver {
  readonly plan: Plan;
  readonly open = new Map<string, RunActivityCommand>();
  readonly withdrawn: string[] = [];
  step: Step;
  work: JsonObject = {};
  #at = 1;

  constructor(plan: Plan, input: Json = {}) {
    this.plan = plan;
    this.step = this.#take(
      start({ execId: 'e', workflowId: 'w', project: 'p', at: 1, seed: 's', input, trigger: { type: 'api' } }, plan),
    );
  }

  get batches(): readonly Batch[] {
    return [...this.open.values()].filter((command): command is Batch => command.activity === 'runItems');
  }

  get view() {
    return toRunView(this.plan, this.step.state);
  }

  send(event: Record<string, unknown>): void {
    this.step = this.#take(
      transition(this.plan, this.step.state, { ...event, at: (this.#at += 1) } as unknown as RunEvent),
    );
  }

  complete(command: RunActivityCommand, result: unknown): void {
    this.open.delete(command.key);
    this.send({ kind: 'activity-completed', key: command.key, result, attempts: 1 });
  }

  /** Stores what the batches have in common. */
  storeWork(): void {
    const command = [...this.open.values()].find(({ activity }) => activity === 'storeValue')!;
    this.work = (command.input as { value: JsonObject }).value;
    this.complete(command, ref(1));
  }

  end(batch: Batch, patch: Partial<ItemsResult> = {}): void {
    const { from, to } = batch.input;
    const result = { success: to - from, failed: 0, timedOut: 0, canceled: 0, failures: [], outputs: ref(from) };
    this.complete(batch, { ...result, ...patch });
  }

  #take(step: Step): Step {
    for (const command of step.commands) {
      if (command.kind === 'run-activity') this.open.set(command.key, command);
      if (command.kind === 'cancel') {
        this.open.delete(command.key);
        this.withdrawn.push(command.key);
      }
    }
    return step;
  }
}

function ref(n: number) {
  return { $blob: String(n).padStart(64, '0'), bytes: 10, type: 'json' as const };
}

function failureAt(index: number): ItemFailure {
  const failure = { code: 'Tool.Threw', message: `no ${index}`, retryable: false };
  return { index, id: `c${index}`, status: 'FAILED', failure, attempts: 3 };
}

function ranges(batches: readonly { readonly input: RunItemsInput }[]) {
  return batches.map(({ input }) => [input.from, input.to]);
}

describe('a large collection of plain tasks', () => {
  it('runs every child in exactly one batch, never more at a time than max_workers', () => {
    const driver = new Driver(planOf({}));
    driver.storeWork();
    const seen: number[][] = [];
    while (driver.batches.length > 0) {
      const atOnce = driver.batches.reduce((sum, { input }) => sum + input.concurrency, 0);
      expect(atOnce).toBeLessThanOrEqual(25);
      // The newest first: no batch waits for another.
      const batch = driver.batches.at(-1)!;
      seen.push(...ranges([batch]));
      driver.end(batch);
    }
    expect(seen.toSorted(([a], [b]) => a! - b!)).toEqual(
      Array.from({ length: 30 }, (_, n) => [n * 100, (n + 1) * 100]),
    );
    const [assemble] = [...driver.open.values()];
    expect(assemble).toMatchObject({ activity: 'assembleOutputs' });
    expect((assemble!.input as unknown as { chunks: Json[] }).chunks).toHaveLength(30);
    driver.complete(assemble!, ref(7));
    expect(driver.view.status).toBe('SUCCESS');
    expect(driver.view.tasks['all']!.output).toMatchObject({
      collection_metadata: { child_count: 3_000 },
      progress_info: { success_count: 3_000 },
      outputs: ref(7),
    });
  });

  it('keeps one batch at a time and one child in it when it is sequential', () => {
    const driver = new Driver(planOf({ mode: 'sequential' }));
    driver.storeWork();
    expect(driver.work).toMatchObject({ inOrder: true });
    expect(ranges(driver.batches)).toEqual([[0, 100]]);
    expect(driver.batches[0]!.input.concurrency).toBe(1);
    driver.end(driver.batches[0]!);
    expect(ranges(driver.batches)).toEqual([[100, 200]]);
  });

  it('hands over what the templates of a child refer to, and nothing that is the child’s own', () => {
    const child = { ...basic, with: { n: '{{ .item }}-{{ .workflow.input.a.b }}-{{ .parent.id }}-{{ .task.id }}' } };
    const plan = planOf({ task: child as Task, with: { unit: 'km' }, itemVar: 'one' });
    const driver = new Driver(plan, { a: { b: 1, c: 2 } });
    driver.storeWork();
    expect(driver.work).toMatchObject({
      task: { id: 'c{{ .index }}' },
      tool: { id: 'tool' },
      env: { REGION: '{{ .env.REGION }}' },
      context: { workflow: { input: { a: { b: 1 } } }, parent: { id: 'all' }, env: { REGION: 'eu' } },
      idContext: { unit: 'km' },
      itemVar: 'one',
    });
    const context = driver.work['context'] as JsonObject;
    expect(Object.keys(context).toSorted()).toEqual(['env', 'parent', 'workflow']);
    expect(context['workflow']).toEqual({ input: { a: { b: 1 } } });
  });

  it.each([
    ['a range', { items: '5..3004' }, { kind: 'range', first: 105, step: 1, count: 100 }],
    ['a range that goes down', { items: '3000..1' }, { kind: 'range', first: 2_900, step: -1, count: 100 }],
    ['groups of a range', { items: '1..6000', batchSize: 4 }, { kind: 'range', first: 401, step: 1, count: 400 }],
  ])('gives each batch its part of %s', (_name, patch: Partial<CollectionTask>, source) => {
    const driver = new Driver(planOf(patch));
    driver.storeWork();
    expect(driver.batches[1]!.input.part).toEqual({ source, batchSize: patch.batchSize ?? 0, offset: 100 });
  });

  it('gives each batch the pieces of a manifest that hold its items', () => {
    const driver = new Driver(planOf({ filter: '{{ ne .item 3 }}' }));
    const [expand] = [...driver.open.values()];
    const chunks = Array.from({ length: 20 }, (_, n) => ref(n));
    driver.complete(expand!, { itemCount: 3_000, keptCount: 2_999, total: 2_999, chunkSize: 150, chunks });
    driver.storeWork();
    expect(driver.batches[1]!.input).toMatchObject({ from: 100, to: 200 });
    expect(driver.batches[1]!.input.part).toMatchObject({ offset: 0, source: { chunks: [ref(0), ref(1)] } });
    expect(driver.batches[2]!.input.part).toMatchObject({ offset: 150, source: { chunks: [ref(1)] } });
  });

  it('shows counts and the first failures while it runs', () => {
    const driver = new Driver(planOf({ strategy: 'best_effort' }));
    driver.storeWork();
    const failures = Array.from({ length: 15 }, (_, n) => failureAt(n));
    driver.end(driver.batches[0]!, { success: 80, failed: 20, failures });
    expect(driver.view.tasks['all']!.progress).toMatchObject({ total: 3_000, settled: 100, failed: 20 });
    expect(driver.view.tasks['all[3]']).toMatchObject({ task_id: 'c3', status: 'FAILED', attempts: 3, parent: 'all' });
    expect(driver.view.tasks['all[3]']!.error).toMatchObject({
      code: 'Tool.Threw',
      message: 'no 3',
      details: { position: 'workflow.yaml:1:1' },
    });
    expect(driver.batches.at(-1)!.input.keptFailures).toBe(5);
    const late = Array.from({ length: 20 }, (_, n) => failureAt(100 + n));
    driver.end(driver.batches[0]!, { success: 80, failed: 20, failures: late });
    expect(Object.keys(driver.view.tasks)).toHaveLength(21);
    while (driver.batches.length > 0) driver.end(driver.batches[0]!);
    driver.complete([...driver.open.values()][0]!, ref(7));
    expect(driver.view.tasks['all']!.output).toMatchObject({
      progress_info: { success_count: 2_960, failed_count: 40 },
    });
  });

  it.each([
    ['fail_fast', { success: 6, failed: 1, canceled: 9, failures: [failureAt(7)] }, 'FAILED', 209],
    ['race', { success: 1, canceled: 9 }, 'SUCCESS', 209],
  ] as const)('takes the other batches back when %s is decided', (strategy, result, status, canceled) => {
    const driver = new Driver(planOf({ strategy }));
    driver.storeWork();
    const [, second] = driver.batches;
    driver.end(second!, result as unknown as Partial<ItemsResult>);
    expect(driver.batches).toEqual([]);
    expect(driver.withdrawn).toEqual(['root/all/batch-0', 'root/all/batch-2']);
    driver.complete([...driver.open.values()][0]!, ref(7));
    expect(driver.view.status).toBe(status);
    expect(driver.view.tasks['all']!.output).toMatchObject({ progress_info: { canceled_count: canceled } });
    expect(driver.step.state.issued).toEqual({});
  });

  it('starts no batch while the run is paused', () => {
    const driver = new Driver(planOf({}));
    driver.send({ kind: 'pause-requested' });
    driver.storeWork();
    expect(driver.batches).toEqual([]);
    driver.send({ kind: 'resume-requested' });
    expect(ranges(driver.batches)).toEqual([
      [0, 100],
      [100, 200],
      [200, 300],
    ]);
    driver.send({ kind: 'pause-requested' });
    driver.end(driver.batches[0]!);
    driver.end(driver.batches[0]!);
    expect(ranges(driver.batches)).toEqual([[200, 300]]);
    driver.send({ kind: 'resume-requested' });
    expect(ranges(driver.batches)).toEqual([
      [200, 300],
      [300, 400],
      [400, 500],
    ]);
  });

  it('starts nothing more when it ran out of time while the run was paused', () => {
    const driver = new Driver(planOf({ timeoutMs: 60_000 }));
    driver.storeWork();
    driver.send({ kind: 'pause-requested' });
    driver.send({ kind: 'deadline-reached', key: 'root/all/timeout' });
    driver.end(driver.batches[0]!);
    driver.send({ kind: 'resume-requested' });
    expect(driver.view.status).toBe('FAILED');
    expect(driver.view.tasks['all']!.status).toBe('TIMED_OUT');
    expect(driver.open.size).toBe(0);
  });

  it('takes every batch back when the run is cancelled', () => {
    const driver = new Driver(planOf({}));
    driver.storeWork();
    driver.send({ kind: 'cancel-requested' });
    expect(driver.view.status).toBe('CANCELED');
    expect(driver.withdrawn).toHaveLength(3);
    expect(driver.open.size).toBe(0);
  });

  it('fails with a batch that could not be run', () => {
    const driver = new Driver(planOf({}));
    driver.storeWork();
    const failure = { code: 'Task.BadItems', message: 'The id of child 7 is null', retryable: false };
    driver.send({ kind: 'activity-failed', key: driver.batches[0]!.key, failure, attempts: 1 });
    expect(driver.view.tasks['all']).toMatchObject({ status: 'FAILED', error: { code: 'Task.BadItems' } });
    expect(driver.withdrawn).toHaveLength(2);
  });

  it('keeps a small state over 100,000 children and continue-as-new', () => {
    const driver = new Driver(planOf({ items: '1..100000', maxWorkers: 100 }));
    driver.storeWork();
    let ended = 0;
    let largest = 0;
    while (driver.batches.length > 0) {
      driver.end(driver.batches[0]!);
      ended += 1;
      if (ended % 100 === 0) driver.send({ kind: 'drain-requested' });
      largest = Math.max(largest, JSON.stringify(driver.step.state).length);
      if (driver.step.commands.some(({ kind }) => kind === 'continue-as-new')) {
        driver.step = JSON.parse(JSON.stringify(driver.step)) as Step;
        driver.send({ kind: 'continued' });
      }
    }
    expect(ended).toBe(400);
    expect(largest).toBeLessThan(100_000);
    driver.complete([...driver.open.values()][0]!, ref(7));
    expect(driver.view.tasks['all']!.output).toMatchObject({ progress_info: { success_count: 100_000 } });
  });
});

describe('children of a large collection run one by one', () => {
  const aggregate = { ...base, id: 'a', type: 'aggregate', outputs: { n: '{{ .item }}' } } as Task;
  it.each([
    ['that sleep', { ...basic, sleepMs: 5 } as Task, { id: 'tool' }],
    ['whose call may not be made twice', basic, { id: 'tool', idempotent: false as const }],
    ['that are an aggregate with a time limit', { ...aggregate, timeoutMs: 5 } as Task, { id: 'tool' }],
    ['that hold tasks', { ...base, id: 'x', type: 'composite', tasks: [basic] } as Task, { id: 'tool' }],
  ])('%s', (_name, task, tool) => {
    const driver = new Driver(planOf({ task, mode: 'sequential' }, tool));
    expect([...driver.open.keys()]).not.toContain('root/all/work');
    expect(driver.view.tasks['all']!.progress).toMatchObject({ total: 3_000 });
  });
});
