import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../src/index.js';
import { start } from '../src/interpreter/index.js';
import { createResourceRegistry, DiagnosticsError, loadProject, type Project } from '../src/loader/index.js';
import { createTempProject } from './temp-project.js';

const FILES = {
  'compozy.yaml': `name: shop
workflows: [{ source: ./order.yaml }]
autoload: { enabled: true, include: ["tools/*.yaml"] }
schemas: [{ id: money, type: object, required: [amount] }]
tools: [{ id: charge, input: money }]
`,
  'order.yaml': `id: order
tools: [{ id: pack, description: Packs }]
tasks: [{ id: pay, type: basic, tool: charge, with: { amount: 1 } }]
outputs: { paid: "{{ .tasks.pay.output }}" }
triggers: [{ type: signal, name: ordered }]
`,
  'tools/ship.yaml': 'resource: tool\nid: ship\ndescription: Ships\n',
};

async function shop(): Promise<{ project: Project } & AsyncDisposable> {
  const temp = await createTempProject(FILES);
  return { project: await loadProject(temp.dir), [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() };
}

function diagnosticsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticsError) {
      return error.diagnostics.map(({ file, severity, code, message }) => `${file} ${severity} ${code}: ${message}`);
    }
    throw error;
  }
  return [];
}

describe('project.resources', () => {
  it('lists what the files define, by type and id', async () => {
    await using temp = await shop();
    const { resources } = temp.project;
    expect(resources.list().map(({ resource, id }) => `${resource} ${id}`)).toEqual([
      'tool charge',
      'schema money',
      'workflow order',
      'tool ship',
    ]);
    expect(resources.get('tool', 'SHIP')).toEqual({ resource: 'tool', id: 'ship', description: 'Ships' });
    expect(resources.get('agent', 'ship')).toBeUndefined();
  });
});

describe('project.extend', () => {
  it('adds tools and workflows that are used like those of files', async () => {
    await using temp = await shop();
    const registry = createResourceRegistry(temp.project.resources.list());
    registry.register({ resource: 'tool', id: 'refund', input: { type: 'object', required: ['amount'] } });
    registry.register({
      resource: 'workflow',
      id: 'undo',
      tasks: [{ id: 'back', type: 'basic', tool: 'refund', with: { amount: 2 } }],
    });
    const extended = temp.project.extend(registry);
    expect([...extended.workflows.keys()]).toEqual(['order', 'undo']);
    expect(extended.workflows.get('undo')!.tools['refund']).toMatchObject({ id: 'refund' });
    expect(extended.resources.get('tool', 'refund')).toBeDefined();
    // The first project is as it was.
    expect(temp.project.workflows.has('undo')).toBe(false);
  });

  it('says what is wrong with a definition, as for a file of its own', async () => {
    await using temp = await shop();
    const wrong = createResourceRegistry([
      { resource: 'workflow', id: 'bad', tasks: [{ id: 'a', type: 'basic', tool: 'chrage' }] },
      { resource: 'tool', id: 'charge', description: 'another one' },
    ]);
    expect(diagnosticsOf(() => temp.project.extend(wrong))).toEqual([
      expect.stringMatching(/^workflow "bad" error reference\.unknown-tool: .*"chrage"/),
      expect.stringMatching(/^tool "charge" error id\.duplicate: There is already a tool "charge", at compozy\.yaml:5/),
    ]);
  });

  it('can be extended again', async () => {
    await using temp = await shop();
    const one = temp.project.extend(createResourceRegistry([{ resource: 'tool', id: 'one' }]));
    const two = one.extend(createResourceRegistry([{ resource: 'tool', id: 'two' }]));
    expect(Object.keys(two.tools)).toEqual(expect.arrayContaining(['charge', 'ship', 'one', 'two']));
  });
});

describe('createResourceRegistry', () => {
  it.each([
    [{ resource: 'toll', id: 'x' }, '"resource" of a definition must be one of'],
    [{ resource: 'tool', id: '' }, 'needs an "id"'],
    [{ resource: 'tool', id: 'a', description: 'second' }, 'There is already a tool "a" with another definition'],
  ])('refuses %j', (definition, message) => {
    const registry = createResourceRegistry([{ resource: 'tool', id: 'a' }]);
    expect(() => registry.register(definition as never)).toThrow(message);
  });

  it('takes the same definition twice, and keeps it from being changed', () => {
    const definition = { resource: 'tool' as const, id: 'a', with: { n: 1 } };
    const registry = createResourceRegistry([definition, definition]);
    definition.with.n = 2;
    expect(registry.list()).toEqual([{ resource: 'tool', id: 'a', with: { n: 1 } }]);
  });
});

describe('project.compileTask', () => {
  it('compiles a definition once while it is in use, however many others there are', async () => {
    await using temp = await shop();
    const { project } = temp;
    const definition = (to: string) => ({ id: 'send', tool: 'ship', with: { to } });
    const [used, unused] = [project.compileTask(definition('used')), project.compileTask(definition('unused'))];
    expect(project.compileTask(definition('used'), 'order')).not.toBe(used);
    for (let other = 0; other < 250; other += 1) {
      project.compileTask(definition(`place ${other}`));
      expect(project.compileTask(definition('used'))).toBe(used);
    }
    expect(project.compileTask(definition('unused'))).not.toBe(unused);
    expect(project.compileTask(definition('unused'))).toEqual(unused);
  });

  it('knows the tools of the project and of the workflow that is named', async () => {
    await using temp = await shop();
    const { project } = temp;
    expect(project.compileTask({ type: 'basic', use: 'tool(ship)' }).tasks).toMatchObject([
      { id: 'task', type: 'basic', tool: 'ship' },
    ]);
    const plan = project.compileTask({ id: 'wrap', tool: 'pack' }, 'order');
    expect(plan.workflow.id).toBe('order');
    expect(plan.triggers).toEqual([]);
    expect(plan.outputs).toBeUndefined();
    expect(diagnosticsOf(() => project.compileTask({ id: 'wrap', tool: 'pack' }))).toEqual([
      expect.stringContaining('reference.unknown-tool'),
    ]);
  });

  it('does not ask where the task leads', async () => {
    await using temp = await shop();
    const plan = temp.project.compileTask({
      id: 'choose',
      type: 'router',
      condition: "'a'",
      routes: { a: 'elsewhere' },
      on_error: { next: 'nowhere' },
    });
    expect(plan.tasks).toMatchObject([{ type: 'router', routes: { a: 'elsewhere' }, onError: { next: 'nowhere' } }]);
  });

  it.each<[string, JsonObject, string]>([
    ['an unknown key', { id: 'a', tool: 'ship', retires: 1 }, 'key.unknown'],
    ['a type that there is not', { id: 'a', type: 'basik', tool: 'ship' }, 'value.enum'],
    ['a template that cannot be parsed', { id: 'a', tool: 'ship', with: { x: '{{ .input' } }, 'template.'],
  ])('refuses %s', async (_what, task, code) => {
    await using temp = await shop();
    const found = diagnosticsOf(() => temp.project.compileTask(task));
    expect(found).toEqual(expect.arrayContaining([expect.stringContaining(code)]));
  });

  it('names the workflows that there are', async () => {
    await using temp = await shop();
    expect(() => temp.project.compileTask({ tool: 'ship' }, 'odrer')).toThrow(
      'There is no workflow "odrer"; there are "order"',
    );
  });
});

describe('a run of one task alone', () => {
  const context = {
    execId: 'e',
    workflowId: 'task',
    project: 'shop',
    at: 1_000,
    seed: 's',
    input: { n: 2 },
    trigger: { type: 'task' },
  } as const;

  it('ends with it, and says where it would have gone', async () => {
    await using temp = await shop();
    const plan = temp.project.compileTask({
      id: 'sum',
      type: 'aggregate',
      with: { n: 1, m: 5 },
      outputs: { total: '{{ add .input.n .input.m }}' },
      on_success: { next: 'after-{{ .output.total }}', with: { of: '{{ .output.total }}' } },
    });
    const { state, commands } = start({ ...context, single: { with: { n: 2 } } }, plan);
    expect(state).toMatchObject({ status: 'SUCCESS', next: { id: 'after-7', given: { of: '7' } }, ended: true });
    expect(commands.map(({ kind }) => kind)).toEqual(['complete-run']);
  });

  it('fails when it fails, whatever its on_error says', async () => {
    await using temp = await shop();
    const plan = temp.project.compileTask({
      id: 'choose',
      type: 'router',
      condition: "'x'",
      routes: { a: 'b' },
      on_error: { next: 'repair' },
    });
    const { state } = start({ ...context, single: { with: {} } }, plan);
    expect(state).toMatchObject({ status: 'FAILED', failure: { code: 'Router.NoRoute' }, next: { id: 'repair' } });
  });
});
