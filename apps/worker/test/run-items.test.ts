import { describe, expect, it } from 'vitest';
import { runItems } from '@compozy/activities';
import type { Json, JsonObject, RunItemsInput, Task } from '@compozy/core';
import { loadJson, storeJson } from '@compozy/core/blobs';
import { createFunctionTools } from '@compozy/tools';
import { collectionPlan, runCollection, taskBase, toolOptions } from './collection-run.js';

type Input = Record<string, Json>;
type Child = Partial<Task> & Pick<Task, 'id' | 'type'>;

/** The same collection with its children in batches, and one by one. */
async function inBothForms(
  child: Child,
  tool: (input: Input, config: unknown, context: { env: Record<string, string>; idempotencyKey: string }) => unknown,
  { collection = {}, definition = {}, input = {} }: { collection?: object; definition?: object; input?: Json } = {},
) {
  const runs = [];
  for (const idempotent of [undefined, false] as const) {
    const options = toolOptions(createFunctionTools({ tool: tool as never }), { TOKEN: 'tok-12345' });
    const own = { id: 'tool', ...definition, ...(idempotent === undefined ? {} : { idempotent }) };
    runs.push(await runCollection(collectionPlan(child, collection, own), options, input));
  }
  const [batches, single] = runs as [(typeof runs)[0], (typeof runs)[0]];
  expect(batches.activities).toContain('runItems');
  expect(batches.activities).not.toContain('runTool');
  expect(single.activities).not.toContain('runItems');
  return { batches, single };
}

function expectEqual({ batches, single }: Awaited<ReturnType<typeof inBothForms>>): void {
  expect(batches.status).toBe(single.status);
  expect(batches.error).toEqual(single.error);
  expect(batches.outputs).toEqual(single.outputs);
  expect(batches.failed).toEqual(single.failed);
  const { outputs: _a, ...ofBatches } = batches.output;
  const { outputs: _b, ...ofSingle } = single.output;
  expect(ofBatches).toEqual(ofSingle);
}

const basic = { id: 'c{{ .index }}', type: 'basic', tool: 'tool' } as const;

describe('batches do what single activities do', () => {
  it('for input, environment, secrets and the key of a call', async () => {
    const runs = await inBothForms(
      { ...basic, with: { n: '{{ add .item .workflow.input.plus }}', token: '{{ .env.TOKEN }}', at: '{{ .at }}' } },
      (input, _config, { env, idempotencyKey }) => ({ ...input, env, idempotencyKey }),
      {
        collection: { itemVar: 'one', indexVar: 'at' },
        input: { plus: 5 },
        definition: { env: { X: '{{ .with.n }}' } },
      },
    );
    expectEqual(runs);
    expect(runs.batches.outputs['c7']).toEqual({
      n: '13',
      token: '[secret TOKEN]',
      at: 7,
      item: 8,
      one: 8,
      index: 7,
      env: { TOKEN: '[secret TOKEN]', X: '13' },
      idempotencyKey: 'e/root/all[7]',
    });
    expect(Object.keys(runs.batches.outputs)).toHaveLength(1_200);
  });

  it('for defaults and schemas', async () => {
    const runs = await inBothForms(
      {
        ...basic,
        input: { type: 'object', properties: { unit: { type: 'string', default: 'km' }, item: { maximum: 1_195 } } },
        output: { type: 'object', properties: { item: { not: { const: 4 } } } },
      },
      (input) => input,
    );
    expectEqual(runs);
    expect(runs.batches.outputs['c0']).toEqual({ item: 1, index: 0, unit: 'km' });
    expect(runs.batches.output['progress_info']).toMatchObject({ success_count: 1_194, failed_count: 6 });
    expect(runs.batches.failed['all[3]']).toMatchObject({ status: 'FAILED', error: { code: 'Output.Invalid' } });
  });

  it('for outputs that say that they are failures, and for those that may have such a field', async () => {
    const result = ({ item }: Input) => (Number(item) % 100 === 0 ? { error: `no ${item}`, item } : { item });
    const runs = await inBothForms({ ...basic }, result);
    expectEqual(runs);
    expect(runs.batches.failed['all[99]']).toMatchObject({
      output: { item: 100 },
      error: { code: 'Task.OutputError' },
    });
    const declared = await inBothForms({ ...basic, output: { properties: { error: {} } } }, result);
    expectEqual(declared);
    expect(declared.batches.outputs['c99']).toEqual({ error: 'no 100', item: 100 });
  });

  it('for the outputs of a task, and for what goes wrong in them', async () => {
    const runs = await inBothForms(
      { ...basic, outputs: { twice: '{{ mul .output.n 2 }}', of: '{{ .input.item }}', task: '{{ .task.id }}' } },
      ({ item }) => (item === 17 ? {} : { n: item as number }),
    );
    expectEqual(runs);
    expect(runs.batches.outputs['c4']).toEqual({ twice: '10', of: 5, task: 'c4' });
    expect(runs.batches.failed['all[16]']).toMatchObject({
      error: { code: 'Template.UnknownPath', details: { task: 'c16', pointer: '/outputs/twice' } },
    });
  });

  it('for templates of the input that fail', async () => {
    const runs = await inBothForms(
      { ...basic, with: { n: '{{ index .workflow.input.list .index }}' } },
      (input) => input,
      {
        input: { list: Array.from({ length: 1_190 }, (_, n) => n) },
      },
    );
    expectEqual(runs);
    expect(Object.keys(runs.batches.failed)).toHaveLength(10);
  });

  it('for calls that fail at first, always, and for good', async () => {
    const calls = new Map<string, number>();
    const runs = await inBothForms({ ...basic }, ({ item }, _config, { env, idempotencyKey }) => {
      calls.set(idempotencyKey, (calls.get(idempotencyKey) ?? 0) + 1);
      if (item === 1_100) throw Object.assign(new Error('for good'), { retryable: false });
      if (item === 500) throw new Error(`always, with ${env['TOKEN']}`);
      if (item === 50 && calls.get(idempotencyKey)! % 3 !== 0) throw new Error('at first');
      return { item };
    });
    expect(runs.batches.outputs).toEqual(runs.single.outputs);
    expect(runs.batches.outputs['c49']).toEqual({ item: 50 });
    expect(Object.keys(runs.batches.failed)).toEqual(['all[499]', 'all[1099]']);
    expect(runs.batches.failed['all[499]']).toMatchObject({ error: { code: 'Tool.Threw' } });
    expect(JSON.stringify(runs.batches.failed)).not.toContain('tok-12345');
    // Three attempts in each of the two forms.
    expect(calls.get('e/root/all[499]')).toBe(6);
    expect(calls.get('e/root/all[49]')).toBe(6);
    expect(calls.get('e/root/all[0]')).toBe(2);
  });

  it('for items of a manifest and for groups', async () => {
    const runs = await inBothForms({ ...basic, with: { s: '{{ .item.s }}' } }, (input) => input, {
      collection: {
        items: Array.from({ length: 1_300 }, (_, n) => ({ n, s: `s${n}` })),
        filter: '{{ ne .item.n 5 }}',
        indexVar: 'at',
      },
    });
    expectEqual(runs);
    expect(runs.batches.outputs['c5']).toEqual({ s: 's6', item: { n: 6, s: 's6' }, index: 5, at: 5 });
    const groups = await inBothForms({ ...basic }, ({ items, index }) => ({ items: items!, index: index! }), {
      collection: { items: '1..2501', batchSize: 2 },
    });
    expectEqual(groups);
    expect(groups.batches.outputs['c1250']).toEqual({ items: [2_501], index: 1_250 });
  });

  it('for constant ids and for large outputs', async () => {
    const runs = await inBothForms({ ...basic, id: 'one' }, ({ item }) => ({ text: String(item).repeat(2_000) }), {
      collection: { items: '1..1001' },
    });
    expectEqual(runs);
    expect(runs.batches.outputs['one-1000']).toEqual({ text: '1001'.repeat(2_000) });
  });

  it('for two children of one id, which fail the collection', async () => {
    const runs = await inBothForms({ ...basic, id: 'c{{ mod .index 1000 }}' }, ({ item }) => ({ item: item! }));
    expectEqual(runs);
    expect(runs.batches.error).toMatchObject({ code: 'Task.DuplicateChild', details: { first: 0, second: 1_000 } });
  });

  it('for the strategies that end early', async () => {
    for (const strategy of ['fail_fast', 'wait_all'] as const) {
      const runs = await inBothForms(
        { ...basic },
        ({ item }) => {
          if (item === 5) throw Object.assign(new Error('no'), { retryable: false });
          return { item: item! };
        },
        { collection: { strategy, mode: 'sequential' } },
      );
      expectEqual(runs);
      expect(runs.batches.status).toBe('FAILED');
    }
    const race = await inBothForms(
      { ...basic },
      ({ item }) => {
        if (Number(item) < 4) throw new Error('no');
        return { item: item! };
      },
      { collection: { strategy: 'race', mode: 'sequential' } },
    );
    expectEqual(race);
    expect(race.batches.outputs).toEqual({ c3: { item: 4 } });
  });
});

describe('an aggregate for each item', () => {
  const sums = (count: number) =>
    collectionPlan(
      {
        id: 'sum-{{ .item }}',
        type: 'aggregate',
        with: { base: '{{ add .item 1 }}' },
        outputs: { sum: '{{ add .input.base .item }}', ...{ half: '{{ div .item 2 }}' } },
      } as Child,
      { items: `1..${count}` },
    );

  it('gives above the limit what it gives below it', async () => {
    const options = toolOptions(createFunctionTools({}));
    const below = await runCollection(sums(1_000), options);
    const above = await runCollection(sums(1_001), options);
    expect(below.activities).not.toContain('runItems');
    expect(above.activities.filter((name) => name === 'runItems')).toHaveLength(11);
    const { 'sum-1001': last, ...rest } = above.outputs;
    expect(rest).toEqual(below.outputs);
    expect(last).toEqual({ sum: '2003', half: '500' });
  });

  it('fails by its schema and by what it says', async () => {
    const child = {
      id: 'a{{ .index }}',
      type: 'aggregate',
      output: { type: 'object', properties: { n: { pattern: '^[0-9]+$' } } },
      outputs: {
        n: '{{ if eq .item 7 }}seven{{ else }}{{ .item }}{{ end }}',
        success: '{{ if eq .item 9 }}false{{ else }}true{{ end }}',
      },
    } as unknown as Child;
    const run = await runCollection(collectionPlan(child, {}), toolOptions(createFunctionTools({})));
    expect(Object.keys(run.failed)).toEqual(['all[6]', 'all[8]']);
    expect(run.failed['all[6]']).toMatchObject({ error: { code: 'Output.Invalid' } });
    expect(run.failed['all[8]']).toMatchObject({ error: { code: 'Task.OutputError' }, output: { n: '9' } });
  });
});

describe('runItems', () => {
  const tools = (tool: (input: Input, config: unknown, context: { signal: AbortSignal }) => unknown) =>
    toolOptions(createFunctionTools({ tool: tool as never }, { killGraceMs: 50 }));

  async function callOf(
    options: ReturnType<typeof toolOptions>,
    { work = {}, task = {}, ...call }: { work?: object; task?: object } & Partial<Omit<RunItemsInput, 'work'>>,
  ): Promise<RunItemsInput> {
    const stored = {
      task: { ...taskBase, ...basic, ...task },
      tool: { id: 'tool' },
      env: {},
      context: { env: {} },
      idContext: { env: {} },
      strategy: 'wait_all',
      inOrder: false,
      ...work,
    };
    return {
      origin: { project: 'p', workflowId: 'w', execId: 'e', taskKey: 'root/all' },
      work: await storeJson(options.blobs, stored as unknown as Json),
      from: 0,
      to: 50,
      part: { source: { kind: 'range', first: 0, step: 1, count: 50 }, batchSize: 0, offset: 0 },
      concurrency: 5,
      keptFailures: 3,
      inlineLimitBytes: 4_096,
      at: 1,
      seed: 's/root/all',
      ...call,
    };
  }

  it('goes on where an attempt stood that was cut off, and repeats nothing that was noted', async () => {
    const first = new AbortController();
    const calls: number[] = [];
    let noted: Json | undefined;
    const options = tools(async ({ item }) => {
      calls.push(Number(item));
      if (calls.length === 23) first.abort();
      if (item === 3) throw Object.assign(new Error('three'), { retryable: false });
      return { item: item! };
    });
    const call = await callOf(options, {});
    const note = (progress: Json) => void (noted = progress);
    await expect(runItems(call, { signal: first.signal, noted: undefined, note }, options)).rejects.toMatchObject({
      code: 'Task.Canceled',
    });
    const before = calls.splice(0);
    const result = await runItems(call, { signal: new AbortController().signal, noted, note }, options);
    expect(result).toMatchObject({ success: 49, failed: 1, failures: [{ index: 3, id: 'c3' }] });
    const repeated = calls.filter((item) => before.includes(item));
    expect(repeated.length).toBeLessThanOrEqual(5);
    expect(new Set([...before, ...calls]).size).toBe(50);
    const entries = (await loadJson(options.blobs, result.outputs)) as readonly Json[];
    expect(entries[3]).toEqual([3, 'c3']);
    expect(entries[4]).toEqual([4, 'c4', { item: 4 }]);
  });

  it('runs as many at a time as it may, and others while one waits for its next attempt', async () => {
    let running = 0;
    let most = 0;
    const order: string[] = [];
    const options = tools(async ({ item }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      order.push(String(item));
      if (Number(item) < 5 && order.filter((one) => one === String(item)).length < 2) throw new Error('again');
      return {};
    });
    const retry = { ...taskBase.policy.retry, initialIntervalMs: 600, maximumIntervalMs: 600 };
    const call = await callOf(options, { task: { policy: { ...taskBase.policy, retry } } });
    const result = await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    expect(result.success).toBe(50);
    expect(most).toBe(5);
    // The first five waited; all the others were done meanwhile.
    expect(
      order
        .slice(-5)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps the order of a sequential collection, retries included', async () => {
    const order: number[] = [];
    const options = tools(({ item }) => {
      order.push(Number(item));
      if (item === 2 && order.length === 3) throw new Error('again');
      return {};
    });
    const call = await callOf(options, { work: { inOrder: true }, concurrency: 1 });
    await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    expect(order.slice(0, 5)).toEqual([0, 1, 2, 2, 3]);
  });

  it('stops an attempt that takes too long, and tries again', async () => {
    const calls: number[] = [];
    let stopped = 0;
    const options = tools(
      ({ item }, _config, { signal }) =>
        new Promise((resolve) => {
          calls.push(Number(item));
          if (item !== 1) resolve({});
          else if (calls.filter((one) => one === 1).length === 2) resolve({ second: true });
          else signal.addEventListener('abort', () => (stopped += 1));
        }),
    );
    const policy = { ...taskBase.policy, startToCloseMs: 40 };
    const call = await callOf(options, { task: { policy }, to: 3 });
    const result = await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    expect(stopped).toBe(1);
    expect(await loadJson(options.blobs, result.outputs)).toContainEqual([1, 'c1', { second: true }]);
  });

  it('gives a child up that ran out of all its time', async () => {
    const options = tools(({ item }) => (item === 1 ? new Promise(() => undefined) : {}));
    const policy = { ...taskBase.policy, startToCloseMs: 40, scheduleToCloseMs: 60 };
    const call = await callOf(options, { task: { policy }, to: 3 });
    const result = await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    expect(result).toMatchObject({ success: 2, failed: 0, timedOut: 1 });
    expect(result.failures[0]).toMatchObject({ status: 'TIMED_OUT', failure: { code: 'Task.TimedOut' } });
  });

  it('stops what runs at the first failure of fail_fast, and counts it', async () => {
    let aborted = 0;
    const started: number[] = [];
    const options = tools(({ item }, _config, { signal }) => {
      started.push(Number(item));
      if (item === 4) throw Object.assign(new Error('no'), { retryable: false });
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted += 1;
          reject(new Error('stopped'));
        });
      });
    });
    const call = await callOf(options, { work: { strategy: 'fail_fast' } });
    const result = await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    expect(result).toMatchObject({ success: 0, failed: 1, canceled: 4, failures: [{ index: 4 }] });
    expect(started).toHaveLength(5);
    await expect.poll(() => aborted).toBe(4);
  });

  it('lets other work have its turn while it evaluates expressions', async () => {
    const options = tools(() => ({}));
    const outputs = { n: '{{ range until 1000 }}{{ sha256sum (toString .) }}{{ end }}' };
    const call = await callOf(options, {
      work: { tool: undefined, task: { ...taskBase, id: 'a', type: 'aggregate', outputs } },
    });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const result = await runItems(call, { signal: new AbortController().signal, noted: undefined, note() {} }, options);
    clearInterval(timer);
    expect(result.success).toBe(50);
    expect(turns).toBeGreaterThan(1);
  });

  it('fails as a whole when an id is none', async () => {
    const options = tools(() => ({}));
    const call = await callOf(options, { task: { id: '{{ .item.x | default "" }}' } });
    const run = { signal: new AbortController().signal, noted: undefined, note: () => undefined };
    await expect(runItems(call, run, options)).rejects.toMatchObject({ name: 'CompozyError' });
  });

  it('reads no more of a note than it understands', async () => {
    const options = tools(({ item }) => ({ item: item! }));
    const call = await callOf(options, {});
    const noted: JsonObject = { pieces: [1, 'x'] };
    const result = await runItems(call, { signal: new AbortController().signal, noted, note() {} }, options);
    expect(result.success).toBe(50);
  });
});
