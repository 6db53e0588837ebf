import { describe, expect, it } from 'vitest';
import { runItems } from '@compozy/activities';
import type { Json, JsonObject, RunItemsInput } from '@compozy/core';
import { loadJson, storeJson } from '@compozy/core/blobs';
import { createFunctionTools } from '@compozy/tools';
import { taskBase, toolOptions } from './collection-run.js';

type Input = Record<string, Json>;

const basic = { id: 'c{{ .index }}', type: 'basic', tool: 'tool' } as const;

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
    // Longer than all the others take together, also where this machine is busy.
    const retry = { ...taskBase.policy.retry, initialIntervalMs: 5_000, maximumIntervalMs: 5_000 };
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
