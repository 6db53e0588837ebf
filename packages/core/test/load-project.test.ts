import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { assert, asyncProperty, constantFrom, nat, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProject, formatDiagnostics, loadProject } from '@compozy/core/loader';
import type { BasicTask, CollectionTask } from '@compozy/core';
import { createTempProject, loadPlan } from './temp-project.js';

const example = path.resolve(import.meta.dirname, '../../../examples/batch-processor');
const read = (name: string) => readFileSync(path.join(example, name), 'utf8');

describe('loadProject', () => {
  it('compiles the example without a warning', async () => {
    const project = await loadProject(example);
    expect(project.warnings).toEqual([]);
    expect(project.config).toEqual({
      type: 'node',
      entrypoint: path.join(example, 'tools/index.ts'),
      permissions: ['--allow-read'],
      toolExecutionTimeoutMs: 60_000,
    });
    const plan = project.workflows.get('batch-processor')!;
    expect(plan.inListOrder).toBe(true);
    expect(plan.tasks.map(({ id, type, position }) => `${id} ${type} ${position.line}:${position.column}`)).toEqual([
      'split basic 17:5',
      'process collection 24:5',
      'aggregate basic 31:5',
    ]);
    expect(plan.tasks[1]).toMatchObject({
      batchSize: 5,
      maxWorkers: 10,
      strategy: 'wait_all',
      task: { id: 'process', tool: 'process' },
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('lets workflow and task override what the project sets (D-23)', async () => {
    const { tasks } = await loadPlan(
      `id: main
config: { retry_policy: { maximum_attempts: 5 }, start_to_close_timeout: 2m }
tasks:
  - { id: a, tool: fetch }
  - { id: b, tool: fetch, retries: 0, timeout: 90s, config: { retry_policy: { backoff_coefficient: 3 } } }
  - { id: c, tool: slow }
`,
      {
        'compozy.yaml': `name: demo
workflows: [{ source: workflow.yaml }]
config: { retry_policy: { initial_interval: 5 seconds, maximum_attempts: 9 }, schedule_to_close_timeout: 1h }
tools: [fetch, { id: slow, timeout: 10m }]
`,
      },
    );
    expect(
      tasks.map(({ policy: { retry, ...limits } }) => [
        limits,
        retry.maximumAttempts,
        retry.initialIntervalMs,
        retry.backoffCoefficient,
      ]),
    ).toEqual([
      [{ startToCloseMs: 120_000, scheduleToCloseMs: 3_600_000 }, 5, 5_000, 2],
      [{ startToCloseMs: 90_000, scheduleToCloseMs: 90_000 }, 1, 5_000, 3],
      [{ startToCloseMs: 120_000, scheduleToCloseMs: 3_600_000 }, 5, 5_000, 2],
    ]);
    expect(tasks.map(({ timeoutMs }) => timeoutMs)).toEqual([undefined, 90_000, undefined]);
  });

  it('gives a slow tool the time that it asks for', async () => {
    const { tasks } = await loadPlan('id: main\ntasks: [{ id: a, tool: { id: slow, timeout: 20m } }]\n');
    expect(tasks[0]!.policy.startToCloseMs).toBe(1_230_000);
  });

  it('hands the settings of a container down to what is inside', async () => {
    const plan = await loadPlan(`id: main
tasks:
  - id: each
    type: collection
    items: [1]
    retries: 7
    batch: 10
    with: { unit: km, both: outer, mine: "{{ .item }}" }
    task: { id: "p-{{ .item }}", tool: fetch, with: { both: inner } }
`);
    const each = plan.tasks[0] as CollectionTask;
    expect(each).toMatchObject({ maxWorkers: 10, batchSize: 0, mode: 'parallel', with: { unit: 'km', both: 'outer' } });
    expect(each.with).not.toHaveProperty('mine');
    expect(each.task.with).toEqual({ unit: 'km', both: 'inner', mine: '{{ .item }}' });
    expect(each.task.policy.retry.maximumAttempts).toBe(8);
  });

  it('lays the defaults of a tool under what the task gives', async () => {
    const plan = await loadPlan(
      'id: main\ntools: [{ id: mail, with: { from: us, to: nobody } }]\ntasks: [{ id: a, use: tool(mail), with: { to: you } }]\n',
    );
    expect(plan.tasks[0]!.with).toEqual({ from: 'us', to: 'you' });
    expect((plan.tasks[0] as BasicTask).tool).toBe('mail');
  });

  it('takes schemas by id, anchors, merge keys and a text for what looks like a number', async () => {
    const plan = await loadPlan(`id: main
version: 1.10
schemas: [{ id: person, type: object }]
env: { PORT: 0080, NAME: x }
config: { input: person }
tasks:
  - &base { id: a, tool: fetch, timeout: 1m, on_success: { next: b } }
  - <<: *base
    id: b
    on_success: { next: a }
    final: true
`);
    expect(plan.workflow.version).toBe('1.10');
    expect(plan.env).toEqual({ PORT: '0080', NAME: 'x' });
    expect(plan.input).toEqual({ type: 'object' });
    expect(plan.tasks[1]).toMatchObject({ id: 'b', timeoutMs: 60_000, onSuccess: { next: 'a' }, final: true });
    expect(plan.inListOrder).toBe(false);
  });

  it('accepts tools that only the entrypoint has, and asks whoever knows them', async () => {
    const compozy = 'name: demo\nworkflows: [{ source: workflow.yaml }]\nruntime: { entrypoint: tools.ts }\n';
    const workflow = 'id: main\ntasks: [{ id: a, tool: hidden }]\n';
    const unknown = { 'compozy.yaml': compozy, 'tools.ts': 'export default make();\n' };
    expect((await loadPlan(workflow, unknown)).tools).toEqual({ hidden: { id: 'hidden' } });
    await using project = await createTempProject({ ...unknown, 'workflow.yaml': workflow });
    const { diagnostics } = await checkProject(project.dir, {
      inspectEntrypoint: async () => ({ tools: ['hiden'], problems: [] }),
    });
    expect(formatDiagnostics(diagnostics)).toBe(
      'workflow.yaml:2:24: error reference.unknown-tool: There is no tool "hidden" (did you mean "hiden"?)',
    );
  });

  it('reports an entrypoint that cannot be loaded', async () => {
    await using project = await createTempProject({
      'compozy.yaml': 'name: demo\nworkflows: []\nruntime: { entrypoint: tools.ts }\n',
      'tools.ts': 'export default {',
    });
    const at = { file: 'tools.ts', line: 1, column: 17 };
    const problems = [{ message: 'Unexpected end of file', at }, { message: 'No such loader' }];
    const { diagnostics } = await checkProject(project.dir, {
      inspectEntrypoint: async () => ({ tools: [], problems }),
    });
    expect(formatDiagnostics(diagnostics)).toBe(
      [
        'compozy.yaml:3:24: error tool.broken: No such loader',
        'tools.ts:1:17: error tool.broken: Unexpected end of file',
      ].join('\n'),
    );
  });

  it('keeps secrets out of whatever is printed, and out of the plan', async () => {
    await using files = await createTempProject({
      '.env': 'TOKEN=hush-hush\nREGION=eu\n',
      'compozy.yaml':
        'name: demo\npublic_env: [REGION]\nenv: { STAGE: test, KEY: "{{ .env.TOKEN }}" }\nworkflows: [{ source: workflow.yaml }]\ntools: [fetch]\n',
      'workflow.yaml':
        'id: main\ntasks: [{ id: a, tool: fetch, with: { t: "{{ .env.TOKEN }}" }, outputs: { r: "{{ .env.REGION }}" } }]\n',
    });
    const project = await loadProject(files.dir);
    expect(project.secrets['TOKEN']).toBe('hush-hush');
    expect(Object.keys(project.secrets)).toEqual(['TOKEN', 'REGION', 'STAGE', 'KEY']);
    expect({ ...project.secrets }).toMatchObject({ REGION: 'eu', STAGE: 'test', KEY: 'hush-hush' });
    const printed = [
      inspect(project, { depth: 9 }),
      JSON.stringify(project),
      JSON.stringify([...project.workflows]),
      String(inspect(project.secrets)),
    ];
    expect(printed.join('\n')).not.toContain('hush-hush');
    expect(project.publicEnv).toEqual({ STAGE: 'test', REGION: 'eu' });
    expect(project.workflows.get('main')).toMatchObject({
      env: { STAGE: 'test', KEY: '{{ .env.TOKEN }}' },
      publicEnv: project.publicEnv,
    });
  });

  it('takes from the environment what the files declare, and nothing else', async () => {
    await using files = await createTempProject({
      '.env': 'TOKEN=from-file\n',
      'compozy.yaml': 'name: demo\npublic_env: [REGION]\nworkflows: [{ source: workflow.yaml }]\ntools: [fetch]\n',
      'workflow.yaml': 'id: main\ntasks: [{ id: a, tool: fetch, env: { API_KEY: "{{ .env.API_KEY }}" } }]\n',
    });
    const environment = { TOKEN: 'from-process', REGION: 'us', API_KEY: 'k', HOME: '/root' };
    const { secrets, publicEnv, warnings } = await loadProject(files.dir, { environment });
    expect({ ...secrets }).toEqual({ TOKEN: 'from-process', REGION: 'us', API_KEY: 'k' });
    expect(publicEnv).toEqual({ REGION: 'us' });
    expect(warnings).toEqual([]);
  });

  it('accepts what files in the wild carry, with a warning for each', async () => {
    await using files = await createTempProject({
      'workflow.yaml': `id: main
input: { type: object, properties: { list: { type: array } } }
output: { type: object }
agents: [{ id: writer, instructions: Write, config: { provider: openai } }]
tasks:
  - id: all
    type: composite
    strategy: wait_all
    tasks: [{ id: one, tool: fetch, on_success: { next: two } }, { id: two, tool: fetch, default_route: x }]
`,
    });
    const { warnings, workflows } = await loadProject(files.dir);
    expect(workflows.get('main')!.input).toMatchObject({ type: 'object' });
    expect(warnings.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([
      'key.ignored 2:1',
      'key.ignored 3:1',
      'key.ignored 4:45',
      'key.ignored 8:5',
      'key.ignored 9:37',
      'key.ignored 9:90',
    ]);
  });
});

describe('checkProject', () => {
  it('never throws, whatever is cut out of a file or put into it', async () => {
    const files = {
      'compozy.yaml': read('compozy.yaml').replace(/runtime:[\s\S]*?\n\n/, ''),
      'workflow.yaml': read('workflow.yaml'),
    };
    const piece = constantFrom(
      '{{',
      '}}',
      '&a ',
      '*a',
      '<<: ',
      '\t',
      '- ',
      ': ',
      '[',
      '}',
      '"',
      "'",
      '|\n',
      '? ',
      '!!binary ',
      '\u0000',
      '__proto__: ',
      'null',
    );
    const name = constantFrom('compozy.yaml', 'workflow.yaml');
    await using project = await createTempProject(files);
    const { writeFile } = await import('node:fs/promises');
    await assert(
      asyncProperty(
        name,
        nat(2_000),
        nat(30),
        tuple(piece, string({ maxLength: 3 })),
        async (file, at, length, [inserted, noise]) => {
          const text = files[file as keyof typeof files];
          const from = at % text.length;
          await writeFile(
            path.join(project.dir, file),
            text.slice(0, from) + inserted + noise + text.slice(from + length),
          );
          const { diagnostics, project: loaded } = await checkProject(project.dir);
          for (const { file: named, line, column, message } of diagnostics) {
            expect(line).toBeGreaterThan(0);
            expect(column).toBeGreaterThan(0);
            expect(`${named}${message}`).not.toMatch(/undefined|\[object|node_modules/);
          }
          expect(loaded === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
          await writeFile(path.join(project.dir, file), text);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});
