import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import type { RunHandle } from '@compozy/worker';
import { startServerProject, type ServerProject } from './server-project.js';

const tools = `
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
export default {
  echo: (input) => ({ said: input }),
  async hold({ file }) { while (readFileSync(file, 'utf8') === 'wait') await pause(20); return { held: true }; },
};
`;

const FOR_EVER = '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}';
/** Allowed once, and not a hundred times in one step. */
const HEAVY = '{{ range until 300000 }}{{ end }}';

const echo = (value: string, more = '') =>
  `- { id: costly, tool: echo, with: { deep: [{ value: '${value}' }] }${more} }`;
const each = (fields: string, id = 'one') =>
  `- { id: costly, type: collection, ${fields}, task: { id: '${id}', tool: echo } }`;

/** A workflow, its tasks, and what its failure quotes. */
const cases: readonly (readonly [name: string, tasks: string, expression: string])[] = [
  ['recursion', echo(FOR_EVER), FOR_EVER],
  [
    'recursion-that-branches',
    echo('{{ define "a" }}{{ range until 9 }}{{ template "a" . }}{{ end }}{{ end }}{{ template "a" . }}'),
    '{{ range until 9 }}',
  ],
  [
    'ranges-in-ranges',
    echo('{{ $l := .workflow.input.list }}{{ range $l }}{{ range $l }}{{ range $l }}{{ end }}{{ end }}{{ end }}'),
    '{{ range $l }}',
  ],
  ['text-that-doubles', echo('{{ $x := "ab" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}'), 'print $x $x'],
  ['repeat', echo('{{ repeat 1000000000 "x" }}'), '{{ repeat'],
  ['until', echo('{{ until 1000000000 }}'), '{{ until'],
  ['printf', echo('{{ printf "%999999d%999999d" 1 1 }}'), '{{ printf'],
  ['regex', echo('{{ regexMatch "((a{0,30}){0,30}){0,1}b" (repeat 1000000 "a") }}'), '{{ regexMatch'],
  ['regex-of-input', echo('{{ regexFindAll .workflow.input.pattern (repeat 200000 "a") -1 | len }}'), '.input.pattern'],
  ['late', echo(`{{ .env.TOKEN }}${FOR_EVER}`), '.env.TOKEN'],
  ['late-ranges', echo('{{ range until 9000000 }}{{ $.env.TOKEN }}{{ end }}'), '$.env.TOKEN'],
  ['late-env', echo('x', `, env: { A: '{{ .env.TOKEN }}{{ repeat 1000000000 "x" }}' }`), '{{ repeat'],
  ['filter', each(`items: '1..9', filter: '${FOR_EVER}'`), FOR_EVER],
  ['filter-in-an-activity', each(`items: '1..2000', filter: '${FOR_EVER}'`), FOR_EVER],
  ['items', each(`items: '${FOR_EVER}'`), FOR_EVER],
  ['max-workers', each(`items: [1], max_workers: '${FOR_EVER}'`), FOR_EVER],
  ['child-id', each('items: [1, 2]', FOR_EVER), FOR_EVER],
  ['outputs', echo('x', `, outputs: { a: { b: '${FOR_EVER}' } }`), FOR_EVER],
  ['outputs-of-all', `- { id: costly, type: aggregate, outputs: { a: '${FOR_EVER}' } }`, FOR_EVER],
  ['next', echo('x', `, on_success: { next: '${FOR_EVER}' }`), FOR_EVER],
  ['many-values', echo(`x' }, ${Array.from({ length: 200 }, () => `'${HEAVY}'`).join(', ')}, { b: 'x`), HEAVY],
  [
    'many-late-values',
    echo(`x' }, ${Array.from({ length: 200 }, () => `'${HEAVY}{{ .env.TOKEN }}'`).join(', ')}, { b: 'x`),
    HEAVY,
  ],
  ['many-filters', each(`items: '{{ .workflow.input.list }}', filter: '${HEAVY}'`), HEAVY],
  ['many-ids', each(`items: '{{ .workflow.input.list }}'`, `${HEAVY}{{ .item }}`), HEAVY],
  ['many-filters-in-an-activity', each(`items: '1..2000', filter: '${HEAVY}'`), HEAVY],
];

const ordinary = `tasks:
  - { id: before, tool: hold, with: { file: "{{ .workflow.input.file }}" } }
  - id: all
    type: collection
    items: "1..20"
    filter: "{{ ne .item 7 }}"
    task: { id: "n{{ .item }}", tool: echo, with: { n: "{{ mul .item 2 }}", token: "{{ len .env.TOKEN }}" } }
outputs: { held: "{{ .tasks.before.output.held }}", last: "{{ .tasks.all.output.outputs.n20.said.n }}" }
`;

let project: ServerProject;
let inProgress: RunHandle;

beforeAll(async () => {
  const ids = ['ordinary', ...cases.map(([id]) => id)];
  project = await startServerProject(() => ({
    '.env': 'TOKEN=not-to-be-shown\n',
    release: 'wait',
    'compozy.yaml': `name: expensive
workflows: [${ids.map((id) => `{ source: ./${id}.yaml }`)}]
runtime: { type: node, entrypoint: ./tools.ts }
tools: [{ id: echo }, { id: hold, timeout: 10m }]
`,
    'tools.ts': tools,
    'ordinary.yaml': `id: ordinary\n${ordinary}`,
    ...Object.fromEntries(cases.map(([id, tasks]) => [`${id}.yaml`, `id: ${id}\ntasks:\n  ${tasks}\n`])),
  }));
  inProgress = await project.worker.triggerWorkflow('ordinary', { file: path.join(project.dir, 'release') });
});

afterAll(async () => {
  await project?.stop();
});

/** The kinds of the events in the history of a run that say that a workflow task went wrong. */
async function brokenWorkflowTasks({ workflow_id, workflow_exec_id }: RunView): Promise<readonly unknown[]> {
  const handle = project.worker.client.workflow.getHandle(`${workflow_id}-${workflow_exec_id}`);
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .map((event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskTimedOutEventAttributes)
    .filter((attributes) => attributes !== undefined && attributes !== null);
}

describe('a template that takes too much', () => {
  it.each(cases)('fails its task: %s', async (workflow, _tasks, expression) => {
    // What takes long before it takes too much, such as (a*b)|a, is a matter of the unit tests: a busy machine would not
    // come to its end within a workflow task.
    const pattern = '((a{0,30}){0,30}){0,1}b';
    const input = { list: Array.from({ length: 900 }, (_, index) => index), pattern };
    const view = await project.run(workflow, input);
    expect(view).toMatchObject({ status: 'FAILED', error: { code: 'Template.TooExpensive' } });
    const { details } = view.error as { details: Record<string, unknown> };
    expect(details).toMatchObject({ line: 1, column: expect.any(Number), pointer: expect.stringMatching(/^\//) });
    // The task that failed is the run's; a `next` that fails belongs to no task, and is told by its place alone.
    if (workflow !== 'next') expect(details).toMatchObject({ task: 'costly', task_path: 'costly' });
    expect(details['position']).toMatch(new RegExp(`^${workflow}\\.yaml:3:\\d+$`));
    expect(details['expression']).toContain(expression);
    expect(await brokenWorkflowTasks(view)).toEqual([]);
  });

  it('does no harm to a run beside it', async () => {
    expect(await inProgress.view()).toMatchObject({ status: 'RUNNING' });
    await writeFile(path.join(project.dir, 'release'), 'go');
    const view = await inProgress.result();
    expect(view).toMatchObject({ status: 'SUCCESS', output: { held: true, last: '40' } });
    expect(await brokenWorkflowTasks(view)).toEqual([]);
  });
});
