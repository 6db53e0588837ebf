import { describe, expect, it } from 'vitest';
import { directRunId, runnableIds, type Json, type JsonObject, type Plan, type ProjectSource } from '../src/index.js';
import { start, toRunView, transition, type RunState } from '../src/interpreter/index.js';
import { checkProject, createResourceRegistry, formatDiagnostics, loadProject } from '../src/loader/index.js';
import { checkRunStart, createSchemaValidator } from '../src/schema/index.js';
import { createTempProject } from './temp-project.js';

const PROJECT = `name: shop
tools: [{ id: charge, input: money, with: { currency: EUR } }]
schemas: [{ id: money, type: object, required: [amount, currency], properties: { amount: { type: number } } }]
autoload: { enabled: true, strict: true, include: ["tasks/*.yaml"] }
`;

const problemsOf = async (task: string): Promise<string> => {
  await using temp = await createTempProject({ 'compozy.yaml': PROJECT, 'tasks/task.yaml': task });
  return formatDiagnostics((await checkProject(temp.dir)).diagnostics);
};

async function planOf(task: string): Promise<Plan> {
  await using temp = await createTempProject({ 'compozy.yaml': PROJECT, 'tasks/task.yaml': task });
  const { tasks } = await loadProject(temp.dir);
  return [...tasks.values()][0]!;
}

function sourceOf(plan: Plan): Pick<ProjectSource, 'name' | 'plan' | 'workflowIds' | 'taskIds'> {
  return {
    name: 'shop',
    plan: (id) => (id === plan.workflow.id ? plan : undefined),
    workflowIds: () => [],
    taskIds: () => [plan.tasks[0]!.id],
  };
}

function startAlone(plan: Plan, given: JsonObject): RunState {
  const context = { execId: 'x', workflowId: plan.workflow.id, project: 'shop', at: 0, seed: 's', input: given };
  return start({ ...context, trigger: { type: 'api' }, single: { with: given } }, plan).state;
}

describe('a task in a file of its own', () => {
  it('becomes a task of the project that runs alone, beside a workflow of the same id', async () => {
    await using temp = await createTempProject({
      'compozy.yaml': PROJECT,
      'tasks/pay.yaml': 'resource: task\nid: pay\ndescription: Pays\ntool: charge\nwith: { amount: 1 }\n',
      'tasks/flow.yaml': 'resource: workflow\nid: pay\ntasks: [{ id: a, tool: charge, with: { amount: 1 } }]\n',
    });
    const { warnings, workflows, tasks } = await loadProject(temp.dir);
    expect(warnings).toEqual([]);
    expect([...workflows.keys(), ...tasks.keys()]).toEqual(['pay', 'pay']);
    expect(tasks.get('pay')).toMatchObject({
      direct: 'task',
      workflow: { id: 'task:pay', description: 'Pays' },
      file: 'tasks/pay.yaml',
      tasks: [{ id: 'pay', type: 'basic', tool: 'charge', with: { amount: 1, currency: 'EUR' } }],
    });
    const source = { workflowIds: () => [...workflows.keys()], taskIds: () => [...tasks.keys()] };
    expect(runnableIds(source)).toEqual(['pay', 'task:pay']);
  });

  it('may be defined in code', async () => {
    await using temp = await createTempProject({ 'compozy.yaml': PROJECT });
    const project = await loadProject(temp.dir);
    const registry = createResourceRegistry([{ resource: 'task', id: 'pay', tool: 'charge', with: { amount: 1 } }]);
    expect([...project.extend(registry).tasks.keys()]).toEqual(['pay']);
    const wrong = createResourceRegistry([{ resource: 'task', id: 'pay', tool: 'chrage' }]);
    expect(() => project.extend(wrong)).toThrow(/task "pay".*"chrage"/s);
  });

  it.each([
    [
      'id: a\ntool: chrage\n',
      'tasks/task.yaml:3:7: error reference.unknown-tool: There is no tool "chrage" (did you mean "charge"?)',
    ],
    [
      'id: a\ntype: aggregate\noutputs: { x: "{{ .tasks.other.output }}" }\n',
      'tasks/task.yaml:4:19: error reference.unknown-task: The task runs alone, so there is no task "other" whose result it could read',
    ],
    ['id: a\ntool: charge\nwiht: {}\n', 'tasks/task.yaml:4:1: error'],
    ['id: "{{ .x }}"\ntool: charge\n', 'tasks/task.yaml:2:5: error id.invalid'],
  ])('is checked like any other: %j', async (task, problem) => {
    expect(await problemsOf(`resource: task\n${task}`)).toContain(problem);
  });

  it.each([
    [
      'id: a\ntool: charge\non_success: { next: b }\n',
      'tasks/task.yaml:4:1: warning key.ignored: "on_success" has no effect here: the task runs alone, and nothing comes after it',
    ],
    [
      'id: a\ntype: router\ncondition: "1 == 1"\nroutes: { "true": { id: b, tool: charge }, "false": c }\n',
      'tasks/task.yaml:5:11: warning key.ignored: "true" has no effect here: the task runs alone, and nothing comes after it',
    ],
    [
      'id: a\nagent: writer\naction: write\n',
      'tasks/task.yaml:3:1: warning feature.unsupported: Tasks that call a model are not supported yet; only tools are, so this task cannot be run',
    ],
  ])('warns of what has no effect: %j', async (task, warning) => {
    const problems = await problemsOf(`resource: task\n${task}`);
    expect(problems).toContain(warning);
    expect(problems).not.toContain('error');
  });
});

describe('what a task is given to run alone', () => {
  const check = (plan: Plan, input: Json) =>
    checkRunStart(sourceOf(plan), createSchemaValidator(), { workflowId: plan.workflow.id, input });
  const SCHEMA = `type: object, required: [name, lang], additionalProperties: false,
  properties: { name: { type: string }, lang: { type: string, default: en }, mood: { type: string } },
  dependentRequired: { name: [mood] }`;
  const task = (own: string) => `resource: task\nid: a\ntype: aggregate\noutputs: 1\ninput: { ${SCHEMA} }\n${own}`;

  it('has the schema of the tool where the task has none, and need not have what the task has itself', async () => {
    const plan = await planOf('resource: task\nid: pay\ntool: charge\n');
    expect(plan.input).toMatchObject({ required: ['amount'] });
    expect(() => check(plan, {})).toThrow(
      'The input of task "pay" does not match its schema: it must have the property "amount"',
    );
    expect(() => check(plan, { amount: '1' })).toThrow('"/amount"');
    expect(check(plan, { amount: 1 }).input).toEqual({ amount: 1 });
  });

  it('gets the defaults, but for what the task has itself', async () => {
    const plan = await planOf(task(''));
    expect(check(plan, { name: 'Ann', mood: 'glad' }).input).toEqual({ name: 'Ann', mood: 'glad', lang: 'en' });
    expect(() => check(plan, { name: 'Ann' })).toThrow('mood');
    const own = await planOf(task('with: { lang: "{{ .workflow.input.name }}", mood: sad }\n'));
    // The own values may satisfy what depends on others.
    expect(check(own, { name: 'Ann' }).input).toEqual({ name: 'Ann' });
    expect(own.input).toMatchObject({ properties: { lang: { type: 'string' } } });
    expect((own.input!['properties'] as JsonObject)['lang']).not.toHaveProperty('default');
    expect(() => check(own, { name: 'Ann', nmae: 1 })).toThrow('nmae');
    expect(() => check(own, {})).toThrow('name');
  });

  it('does not make an object of defaults where the task has one', async () => {
    const schema = 'input: { properties: { place: { type: object, properties: { x: { default: 1 } } } } }';
    const file = (own: string) => `resource: task\nid: a\ntype: aggregate\noutputs: 1\n${schema}\n${own}`;
    expect(check(await planOf(file('')), {}).input).toEqual({ place: { x: 1 } });
    const own = await planOf(file('with: { place: { x: 2 } }\n'));
    expect(check(own, {}).input).toEqual({});
    expect(check(own, { place: {} }).input).toEqual({ place: { x: 1 } });
  });

  it.each([[null], ['text'], [[1]]])('has to be an object: %j', async (input) => {
    const plan = await planOf('resource: task\nid: a\ntype: aggregate\noutputs: 1\n');
    expect(() => check(plan, input)).toThrow(/^The input of task "a" must be an object, not/);
  });

  it('is for a task that there is', async () => {
    const plan = await planOf('resource: task\nid: greet\ntype: aggregate\noutputs: 1\n');
    const refused = () =>
      checkRunStart(sourceOf(plan), createSchemaValidator(), { workflowId: directRunId('task', 'gret'), input: {} });
    expect(refused).toThrow(
      'Project "shop" has no task "gret" in a file of its own; it has "greet"; did you mean "greet"?',
    );
    expect(refused).toThrow(expect.objectContaining({ code: 'Config.UnknownTask' }));
  });
});

describe('a run of one task', () => {
  it('has the output of the task', async () => {
    const plan = await planOf(
      'resource: task\nid: my.greeting\ntype: aggregate\nwith: { name: Bob, mood: glad }\noutputs: { text: "{{ .with.name }} is {{ .with.mood }}", id: "{{ .workflow.id }}" }\n',
    );
    const state = startAlone(plan, { name: '{{ Ann }}' });
    expect(toRunView(plan, state)).toMatchObject({
      workflow_id: 'task:my.greeting',
      status: 'SUCCESS',
      output: { text: '{{ Ann }} is glad', id: 'task:my.greeting' },
      tasks: { 'my.greeting': { status: 'SUCCESS', input: { name: '{{ Ann }}', mood: 'glad' } } },
    });
  });

  it('ends with the route of a router', async () => {
    const plan = await planOf(
      "resource: task\nid: triage\ntype: router\ncondition: \"with.amount > 10 ? 'large' : 'small'\"\nroutes: { large: approve, small: pay }\n",
    );
    const state = startAlone(plan, { amount: 12 });
    expect(toRunView(plan, state)).toMatchObject({
      status: 'SUCCESS',
      output: { condition: 'large', route_taken: 'approve' },
    });
  });

  it('runs what is inside of a container', async () => {
    const plan = await planOf(
      'resource: task\nid: all\ntype: collection\nitems: "{{ .with.names }}"\ntask: { id: "one-{{ .index }}", type: aggregate, outputs: { n: "{{ .item }}" } }\noutputs: { n: "{{ len .children }}" }\n',
    );
    expect(toRunView(plan, startAlone(plan, { names: ['a', 'b'] }))).toMatchObject({
      status: 'SUCCESS',
      output: { n: '2' },
    });
  });

  it('fails with the failure of the task', async () => {
    const plan = await planOf('resource: task\nid: pay\ntool: charge\non_error: { next: "{{ .error.code }}" }\n');
    const state = startAlone(plan, { amount: 1 });
    const key = Object.keys(state.issued)[0]!;
    const failure = { code: 'Tool.Threw', message: 'no money', retryable: true };
    const ended = transition(plan, state, { kind: 'activity-failed', key, at: 1, failure, attempts: 3 }).state;
    expect(toRunView(plan, ended)).toMatchObject({
      status: 'FAILED',
      error: { code: 'Tool.Threw', message: 'no money' },
    });
  });
});
