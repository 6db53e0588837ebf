import { describe, expect, it } from 'vitest';
import { checkProject } from '@compozy/core/loader';
import { createTempProject } from './temp-project.js';

async function problems(workflow: string, files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  await using project = await createTempProject({ 'workflow.yaml': `id: main\n${workflow}`, ...files });
  const { diagnostics } = await checkProject(project.dir);
  return diagnostics.map(
    ({ code, line, column, suggestion }) =>
      `${code} ${line}:${column}${suggestion === undefined ? '' : ` ${suggestion}`}`,
  );
}

describe('flow', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a loop that a failure ends',
      'tasks:\n  - { id: a, tool: fetch, on_success: { next: a }, on_error: { next: b } }\n  - { id: b, tool: fetch }\n',
      [],
    ],
    [
      'a loop that a template may leave',
      'tasks:\n  - { id: a, tool: fetch, on_success: { next: "{{ .output.next }}" } }\n',
      [],
    ],
    [
      'a loop with a final task',
      'tasks:\n  - { id: a, tool: fetch, on_success: { next: b } }\n  - { id: b, tool: fetch, final: true, on_success: { next: a } }\n',
      [],
    ],
    ['a loop of one', 'tasks:\n  - { id: a, tool: fetch, on_success: { next: a } }\n', ['flow.endless 3:47']],
    [
      'a loop behind a task',
      'tasks:\n  - { id: a, tool: fetch, on_success: { next: b } }\n  - { id: b, tool: fetch, on_success: { next: b }, on_error: { next: b } }\n',
      ['flow.endless 4:47'],
    ],
    [
      'list order with a final task',
      'tasks:\n  - { id: a, tool: fetch, final: true }\n  - { id: b, tool: fetch }\n',
      ['flow.unreachable 4:11'],
    ],
    [
      'an error handler, which ends list order',
      'tasks:\n  - { id: a, tool: fetch, on_error: { next: c } }\n  - { id: b, tool: fetch }\n  - { id: c, tool: fetch }\n',
      ['flow.unreachable 4:11'],
    ],
    [
      'a with that nobody receives',
      'tasks:\n  - { id: a, tool: fetch, on_success: { with: { x: 1 } } }\n',
      ['key.ignored 3:41'],
    ],
  ])('%s', async (_what, workflow, expected) => {
    expect(await problems(workflow)).toEqual(expected);
  });
});

describe('references', () => {
  it('sees what runs before, in whatever container', async () => {
    expect(
      await problems(`tasks:
  - { id: first, tool: fetch }
  - id: chain
    type: composite
    tasks:
      - { id: one, tool: fetch, with: { a: "{{ .tasks.first.output }}", b: "{{ .parent.id }}" } }
      - { id: two, tool: fetch, with: { a: "{{ .tasks.one.output }}", b: "{{ .tasks.chain.input }}" } }
    outputs: { last: "{{ .tasks.two.output }}", all: "{{ .children.one.output }}", mine: "{{ .output }}" }
  - id: side
    type: parallel
    tasks:
      - { id: left, tool: fetch }
      - { id: right, tool: fetch, with: { a: "{{ .tasks.left.output }}", b: "{{ .tasks.two.output }}" } }
  - { id: last, tool: fetch, with: { a: "{{ .tasks.left.output }}", b: "{{ .tasks.one.output }}" } }
outputs: { a: "{{ .tasks.right.output }}", s: "{{ .status }}", w: "{{ .workflow_exec_id }}" }
`),
    ).toEqual([]);
  });

  it('does not see what runs after', async () => {
    expect(
      await problems(`tasks:
  - id: chain
    type: composite
    tasks:
      - { id: one, tool: fetch, with: { a: "{{ .tasks.two.output }}", b: "{{ .tasks.last.output }}" } }
      - { id: two, tool: fetch }
  - id: side
    type: parallel
    tasks:
      - { id: left, tool: fetch, with: { a: "{{ .tasks.right.output }}" } }
      - { id: right, tool: fetch }
  - { id: last, tool: fetch, with: { a: "{{ .parent.id }}", b: "{{ .error }}" } }
outputs: { a: "{{ .item }}" }
`),
    ).toEqual([
      'reference.not-before 6:48',
      'reference.not-before 6:78',
      'reference.not-before 11:49',
      'template.unknown-variable 13:45',
      'template.unknown-variable 13:68',
      'template.unknown-variable 14:19',
    ]);
  });

  it('knows itself in a loop, in its transitions and in its outputs', async () => {
    expect(
      await problems(`tasks:
  - id: a
    tool: fetch
    with: { again: "{{ .tasks.a.output }}" }
    outputs: { in: "{{ .tasks.a.input }}" }
    on_success: { next: b, with: { x: "{{ .tasks.a.output }}", y: "{{ .output.y }}" } }
    on_error: { next: b, with: { why: "{{ .error.message }}" } }
  - { id: b, tool: fetch, with: { x: "{{ .tasks.b.output }}" }, on_success: { next: "{{ .output.go }}" } }
`),
    ).toEqual([]);
  });

  it('knows the names that collections give', async () => {
    expect(
      await problems(`tasks:
  - id: rows
    type: collection
    items: "{{ .list }}"
    with: { list: [[1]], prefix: p, mine: "{{ .row }}" }
    filter: "{{ and .row .item .index .at .prefix }}"
    item_var: row
    index_var: at
    outputs: { n: "{{ len .output }}", c: "{{ .children }}" }
    task:
      id: "{{ .prefix }}-{{ .at }}"
      type: collection
      items: "{{ .row }}"
      batch_size: 2
      max_workers: "{{ .index }}"
      task: { id: cell, tool: fetch, with: { a: "{{ .row }}", b: "{{ .at }}", c: "{{ .items }}" }, outputs: { d: "{{ .items }}" } }
  - { id: end, tool: fetch, with: { a: "{{ .tasks.cell-0.output }}", b: '{{ (index .tasks "p-1").output }}' } }
`),
    ).toEqual([]);
  });

  it('sees in the tasks for each item what runs before them, and the item', async () => {
    expect(
      await problems(`tasks:
  - id: each
    type: collection
    items: [1]
    item_var: n
    with: { unit: km }
    tasks:
      - { id: one, tool: fetch, with: { a: "{{ .n }}", b: "{{ .tasks.two.output }}", c: "{{ .tasks.each.input }}" } }
      - { id: two, tool: fetch, with: { a: "{{ .tasks.one.output }}{{ .item }}", b: "{{ .m }}" }, outputs: { c: "{{ .tasks.two.output }}" } }
      - { id: one, tool: fetch }
      - { id: "t-{{ .n }}", tool: fetch }
      - { id: last, type: parallel, tool: fetch, with: { batch_size: 2 } }
  - { id: end, tool: fetch, with: { a: "{{ .tasks.each-0.output }}", b: "{{ .tasks.one.output }}", c: "{{ .tasks.one-0 }}" } }
`),
    ).toEqual([
      'reference.not-before 9:63',
      'template.unknown-variable 10:89',
      'id.duplicate 11:15',
      'id.invalid 12:15',
      'reference.unknown-task 14:107',
    ]);
  });

  it('keeps nesting within its limit, whatever the form of the tasks for each item', async () => {
    const nested = (levels: number): string =>
      levels === 0
        ? '{ id: t, tool: fetch }'
        : `{ id: c${levels}, type: collection, items: [1], tasks: [{ id: a${levels}, tool: fetch }, ${nested(levels - 1)}] }`;
    expect(await problems(`tasks: [${nested(9)}]\n`)).toEqual([]);
    expect(await problems(`tasks: [${nested(10)}]\n`)).toEqual([
      expect.stringMatching(/^value.range 2:/),
      expect.stringMatching(/^value.range 2:/),
    ]);
  });

  it('knows no others', async () => {
    expect(
      await problems(`tasks:
  - id: each
    type: collection
    items: "{{ .item }}"
    outputs: { n: "{{ .index }}" }
    item_var: city
    batch_size: 2
    task: { id: part, tool: fetch, with: { a: "{{ .city }}", b: "{{ .cities }}" }, outputs: { a: "{{ .item }}" } }
  - { id: end, tool: fetch, with: { a: "{{ .tasks.part.output }}", b: "{{ .tasks.part-x.output }}" } }
`),
    ).toEqual([
      'template.unknown-variable 5:16',
      'template.unknown-variable 6:23',
      'template.unknown-variable 9:51',
      'template.unknown-variable 9:69',
      'template.unknown-variable 9:102 .items',
      'reference.unknown-task 10:44',
      'reference.unknown-task 10:75',
    ]);
  });

  it('follows a closed input schema as far as it goes', async () => {
    expect(
      await problems(`config:
  input:
    type: object
    additionalProperties: false
    properties:
      city: { type: object, properties: { name: { type: string } }, additionalProperties: false }
      open: { type: object }
tasks:
  - id: a
    tool: fetch
    with:
      a: "{{ .workflow.input.city.name }} {{ .workflow.input.open.any }}"
      b: "{{ .workflow.input.city.nme }}"
      c: '{{ .workflow.input.cty | default "x" }}'
      d: "{{ if .workflow.input.cty }}x{{ end }}"
      e: "{{ .workflow.input.nothing.at.all }}"
      f: "{{ if .workflow.input.cty }}{{ .workflow.input.cty.x }}{{ end }}"
`),
    ).toEqual(['reference.unknown-input 14:14 name', 'reference.unknown-input 17:14']);
  });

  it('leaves alone what is only read where it exists', async () => {
    expect(
      await problems(`tasks:
  - { id: a, tool: fetch, with: { x: "{{ if .tasks.b }}{{ .tasks.b.output }}{{ end }}", y: "{{ .tasks.b.output }}" } }
  - { id: b, tool: fetch }
`),
    ).toEqual(['reference.not-before 3:96']);
  });

  it('says nothing of tools when their definitions cannot be read', async () => {
    const compozy = 'name: demo\nworkflows: [{ source: workflow.yaml }]\ntools: [{ description: no id }]\n';
    expect(await problems('tasks: [{ id: a, tool: x }]\n', { 'compozy.yaml': compozy })).toEqual(['value.missing 3:9']);
  });

  it('wants items for the batch form where nothing runs before', async () => {
    const first = 'tasks:\n  - { id: a, type: parallel, tool: fetch, with: { batch_size: 2 } }\n';
    expect(await problems(first)).toEqual(['value.missing 3:5']);
    expect(await problems(first.replace('2 }', '2, items: [1], unit: "{{ .items }}" }'))).toEqual([]);
    const inside =
      'tasks:\n  - id: c\n    type: composite\n    tasks:\n      - { id: s, tool: fetch }\n      - { id: a, type: parallel, tool: fetch, with: { batch_size: 2 } }\n';
    expect(await problems(inside)).toEqual([]);
  });
});

describe('templates of tools', () => {
  const compozy = (tools: string) => ({
    'compozy.yaml': `name: demo\nworkflows: [{ source: workflow.yaml }]\n${tools}`,
  });

  it('may speak of what a task that calls the tool may speak of', async () => {
    const tools = `tools:
  - id: fetch
    with: { a: "{{ .workflow.input.x }}", b: "{{ .tasks.a.output }}{{ .item }}{{ .row }}", c: "{{ .parent.id }}{{ .task.id }}" }
    config: { deep: [{ key: "{{ .env.KEY }}" }] }
    env: { KEY: "{{ .env.KEY }}", TWO: '{{ .env.MAY | default "x" }}' }
`;
    const workflow = `tasks:
  - { id: a, tool: own }
  - { id: b, type: collection, items: [1], item_var: row, task: { id: t, tool: fetch } }
tools: [{ id: own, with: { a: "{{ .tasks.b.output }}{{ .row }}{{ .index }}", b: "{{ .with.a }}" } }]
`;
    expect(await problems(workflow, { ...compozy(tools), '.env': 'KEY=1\n' })).toEqual([]);
  });

  it('are checked where the tool is defined', async () => {
    const tools = `tools:
  - { id: fetch, with: { a: "{{ .wrkflow.input.x }}" }, config: { c: ["{{ .nothing }}"] }, env: { K: "{{ .env.NONE }}" } }
  - { id: store, with: { a: "{{ .item }}" } }
`;
    const workflow = `config: { input: { type: object, properties: { x: {} }, additionalProperties: false } }
tasks: [{ id: a, tool: fetch }]
tools:
  - { id: own, with: { a: "{{ .tasks.b.output }}", b: "{{ .workflow.input.y }}" }, env: { K: "{{ .env.NONE }} {{ .row }}" } }
`;
    expect(await problems(workflow, compozy(tools))).toEqual([
      'template.unknown-variable 4:33 .workflow',
      'template.unknown-variable 4:75',
      'env.unknown 4:106',
      'template.unknown-variable 5:33',
      'reference.unknown-task 5:31',
      'reference.unknown-input 5:59',
      'env.unknown 5:98',
      'template.unknown-variable 5:114',
    ]);
  });

  it('are checked in a file of their own', async () => {
    const files = {
      ...compozy('autoload: { enabled: true, strict: true, include: [tool.yaml] }\n'),
      'tool.yaml': 'resource: tool\nid: fetch\nwith:\n  a: "{{ .nothing }}"\n  b: "{{ .env.NONE }}"\n',
    };
    expect(await problems('tasks: [{ id: a, tool: fetch }]\n', files)).toEqual([
      'template.unknown-variable 4:10',
      'env.unknown 5:10',
    ]);
  });
});
