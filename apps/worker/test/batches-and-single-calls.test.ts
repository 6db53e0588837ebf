import { describe, expect, it } from 'vitest';
import type { Json, Task } from '@compozy/core';
import { createFunctionTools } from '@compozy/tools';
import { collectionPlan, runCollection, toolOptions } from './collection-run.js';

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
      {
        ...basic,
        with: { token: '{{ .env.TOKEN }}-x' },
        outputs: {
          twice: '{{ mul .output.n 2 }}',
          of: '{{ .input.item }}',
          task: '{{ .task.id }}',
          hidden: '{{ .input.token | b64enc }}',
        },
      },
      ({ item }) => (item === 17 ? {} : { n: item as number }),
    );
    expectEqual(runs);
    expect(runs.batches.outputs['c4']).toMatchObject({ twice: '10', of: 5, task: 'c4' });
    // Not even in disguise: the input that `outputs` sees holds the template.
    expect(runs.batches.outputs['c4']).toMatchObject({ hidden: btoa('{{ .env.TOKEN }}-x') });
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
        outputs: { sum: '{{ add .input.base .item }}', half: '{{ div .item 2 }}' },
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
