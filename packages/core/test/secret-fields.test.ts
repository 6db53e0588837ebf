import { describe, expect, it } from 'vitest';
import { checkProject } from '@compozy/core/loader';
import { createTempProject } from './temp-project.js';

const PROJECT = `name: demo
workflows: [{ source: ./workflow.yaml }]
tools: [{ id: fetch }]
public_env: [REGION]
`;

/** What `workflow` is told, as `line:column code "field"`. */
async function diagnosed(workflow: string): Promise<readonly string[]> {
  await using project = await createTempProject({
    'compozy.yaml': PROJECT,
    '.env': 'TOKEN=secret\nREGION=eu\n',
    'workflow.yaml': workflow,
  });
  const { diagnostics } = await checkProject(project.dir);
  return diagnostics.map(({ line, column, code, message }) => {
    const field = /value of ("\w+")/.exec(message)?.[1];
    return field === undefined ? `${line}:${column} ${code} ${message}` : `${line}:${column} ${code} ${field}`;
  });
}

const task = (field: string) => `id: main\ntasks:\n  - id: a\n    tool: fetch\n    ${field}\n`;
const each = (field: string, id = 'one') =>
  `id: main\ntasks:\n  - id: a\n    type: collection\n    items: [1]\n    ${field}\n    task: { id: "${id}", tool: fetch }\n`;

const waiting = (field: string) => `id: main\ntasks:\n  - { id: a, type: wait, wait_for: ${field} }\n`;

const signalling = (field: string) => `id: main\ntasks:\n  - { id: a, type: signal, signal: { id: go, ${field} } }\n`;

const fields: readonly (readonly [string, (value: string) => string, string])[] = [
  ['outputs of a task', (value) => task(`outputs: { x: { y: ["${value}"] } }`), '"outputs"'],
  ['outputs of the workflow', (value) => `${task('with: {}')}outputs:\n  x: "${value}"\n`, '"outputs"'],
  ['items', (value) => each('').replace('[1]', `"${value}"`), '"items"'],
  ['an element of items', (value) => each('').replace('[1]', `[1, { x: "${value}" }]`), '"items"'],
  ['filter', (value) => each(`filter: "${value}"`), '"filter"'],
  ['max_workers', (value) => each(`max_workers: "${value}"`), '"max_workers"'],
  ['batch_size', (value) => each(`batch_size: "${value}"`), '"batch_size"'],
  ['the id of a child', (value) => each('', value), '"id"'],
  ['next', (value) => task(`on_success: { next: "${value}" }`), '"on_success"'],
  ['next after a failure', (value) => task(`on_error: { next: "${value}" }`), '"on_error"'],
  [
    'the condition of a router',
    (value) =>
      `id: main\ntasks:\n  - { id: a, type: router, condition: "${value}", routes: { x: b }, default_route: b }\n  - { id: b, tool: fetch }\n`,
    '"condition"',
  ],
  ['the condition of a wait', (value) => waiting(`go, condition: "${value}"`), '"condition"'],
  ['the name that a wait waits for', (value) => waiting(`"${value}"`), '"wait_for"'],
  ['the payload of a signal', (value) => signalling(`payload: { x: "${value}" }`), '"signal"'],
  [
    'with of a transition',
    (value) => task(`on_success: { next: b, with: { x: "${value}" } }`) + '  - { id: b, tool: fetch }\n',
    '"on_success"',
  ],
];

describe('a name of .env in a field that becomes part of the history', () => {
  it.each(fields)('is refused in %s, unless it is public', async (_name, workflow, field) => {
    const text = workflow('{{ .env.TOKEN }}');
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('{{')) + 1;
    // It points at the reference, past the braces.
    const column = lines[line - 1]!.indexOf('.env') + 1;
    expect(await diagnosed(text)).toEqual([`${line}:${column} env.secret ${field}`]);
    expect(await diagnosed(workflow('{{ .env.REGION }}'))).toEqual([]);
  });

  it('is refused in the condition of a router that is written in CEL', async () => {
    const router = (condition: string) =>
      `id: main\ntasks:\n  - { id: a, type: router, condition: '${condition}', routes: { "true": b }, default_route: b }\n  - { id: b, tool: fetch }\n`;
    expect(await diagnosed(router('env.TOKEN == "x"'))).toEqual([
      expect.stringMatching(/^3:\d+ env\.secret "condition"$/),
    ]);
    expect(await diagnosed(router('env.REGION == "x"'))).toEqual([]);
  });

  it.each([
    '{{ index .env .workflow.input.name }}',
    '{{ with .env }}{{ .TOKEN }}{{ end }}',
    '{{ $env := .env }}{{ $env.TOKEN }}',
    '{{ range $name, $value := .env }}{{ $value }}{{ end }}',
    '{{ printf `%s` .env.TOKEN }}',
    '{{ define `t` }}{{ .env.TOKEN }}{{ end }}{{ template `t` . }}',
    '{{ default `x` .env.TOKEN }}',
    '{{ if .env.TOKEN }}yes{{ end }}',
    '{{ .env | toJson }}',
  ])('is refused however it is reached: %s', async (template) => {
    const found = await diagnosed(task(`outputs: { x: "${template}" }`));
    expect(found.map((text) => text.replace(/^5:\d+ /, ''))).toContain('env.secret "outputs"');
  });
});

describe('the secret of a webhook', () => {
  const verifying = (secret: string) => `id: main
triggers:
  - type: webhook
    webhook:
      slug: hook
      verify: { strategy: github, secret: "${secret}" }
      events: [{ name: e, filter: "true", input: { a: 1 } }]
tasks: [{ id: a, tool: fetch }]
`;
  const warnings = async (env: string, secret = '{{ .env.HOOK }}') => {
    await using project = await createTempProject({
      'compozy.yaml': PROJECT,
      '.env': `REGION=eu\n${env}`,
      'workflow.yaml': verifying(secret),
    });
    const { diagnostics } = await checkProject(project.dir);
    return diagnostics.map(({ line, column, severity, code }) => `${line}:${column} ${severity} ${code}`);
  };

  it('is warned of where it is empty, since nobody can sign with it', async () => {
    expect(await warnings('HOOK=\n')).toEqual(['6:43 warning env.unset']);
    expect(await warnings('HOOK=""\n', 'whsec_{{ .env.HOOK }}')).toEqual(['6:43 warning env.unset']);
  });

  it('is warned of where nothing has it, and is fine where it has a value', async () => {
    expect(await warnings('')).toEqual(['6:47 warning env.unknown']);
    expect(await warnings('HOOK=s3cret\n')).toEqual([]);
  });
});
