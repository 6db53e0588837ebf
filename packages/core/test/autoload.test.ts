import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProject, formatDiagnostics, loadProject } from '@compozy/core/loader';
import type { BasicTask } from '@compozy/core';
import { createTempProject } from './temp-project.js';

const example = path.resolve(import.meta.dirname, '../../../examples/batch-processor');

const project = (autoload: string, rest = 'workflows: []') => `name: demo\n${rest}\nautoload: ${autoload}\n`;
const tool = (id: string) => `resource: tool\nid: ${id}\n`;

async function toolsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using temp = await createTempProject(files);
  return Object.keys((await loadProject(temp.dir)).tools);
}

describe('autoload', () => {
  it('makes what it finds part of the project', async () => {
    await using files = await createTempProject({
      'compozy.yaml': project('{ enabled: true, strict: true, include: ["parts/**/*.yaml"] }', 'public_env: [TOKEN]'),
      'parts/tools/fetch.yaml':
        'resource: tool\nid: fetch\ninput: person\ntimeout: 10m\nenv: { KEY: "{{ .env.TOKEN }}" }\n',
      'parts/tools/store.yaml': 'resource: Tool\nid: store\nwith: { to: disk }\n',
      'parts/person.yaml':
        'resource: schema\nid: person\ntype: object\nproperties: { home: { $ref: "#/$defs/home" } }\n$defs: { home: { type: string } }\n',
      'parts/main.yaml':
        'resource: workflow\nid: main\nconfig: { input: person }\ntasks: [{ id: a, tool: fetch }, { id: b, tool: store }]\n',
      'parts/writer.yaml': 'resource: agent\nid: writer\ninstructions: Write\n',
      'parts/notes.yaml': 'resource: memory\nid: main\ntype: buffer\n',
      'parts/chat.yaml': 'resource: model\nid: chat\nprovider: mock\ndefault: true\n',
    });
    const loaded = await loadProject(files.dir, { environment: { TOKEN: 't' } });
    expect(loaded.warnings).toEqual([]);
    const person = {
      type: 'object',
      properties: { home: { $ref: '#/$defs/home' } },
      $defs: { home: { type: 'string' } },
    };
    expect(loaded.tools).toEqual({
      fetch: { id: 'fetch', input: person, timeoutMs: 600_000, env: { KEY: '{{ .env.TOKEN }}' } },
      store: { id: 'store', with: { to: 'disk' } },
    });
    const plan = loaded.workflows.get('main')!;
    expect(plan).toMatchObject({ file: 'parts/main.yaml', input: person, tools: loaded.tools });
    expect(plan.tasks.map((task) => [(task as BasicTask).tool, task.with])).toEqual([
      ['fetch', undefined],
      ['store', { to: 'disk' }],
    ]);
    expect(plan.tasks[0]!.position).toEqual({ file: 'parts/main.yaml', line: 4, column: 9 });
    expect(loaded.files).toEqual(
      ['compozy.yaml', '.env', 'chat', 'main', 'notes', 'person', 'tools/fetch', 'tools/store', 'writer'].map((name) =>
        path.join(files.dir, name.includes('.') ? name : `parts/${name}.yaml`),
      ),
    );
  });

  it('compiles the example alike when its tools and its workflow stand in files of their own', async () => {
    await using copy = await createTempProject({});
    await cp(example, copy.dir, { recursive: true, filter: (name) => !name.includes('node_modules') });
    const given = await readFile(path.join(copy.dir, 'compozy.yaml'), 'utf8');
    const definitions = given.slice(given.indexOf('\ntools:')).split('\n  - ').slice(1);
    await mkdir(path.join(copy.dir, 'parts'));
    for (const [index, definition] of definitions.entries()) {
      const text = `resource: tool\n${definition.replaceAll('\n    ', '\n')}`;
      // oxlint-disable-next-line no-await-in-loop -- three small files
      await writeFile(path.join(copy.dir, 'parts', `${index}.yaml`), text);
    }
    const workflow = await readFile(path.join(copy.dir, 'workflow.yaml'), 'utf8');
    await writeFile(path.join(copy.dir, 'parts', 'workflow.yaml'), `${workflow}resource: workflow\n`);
    await rm(path.join(copy.dir, 'workflow.yaml'));
    const compozy = given
      .slice(0, given.indexOf('\ntools:'))
      .replace(/workflows:[^\n]*\n.*?\n\n/s, 'autoload: { enabled: true, strict: true, include: [parts/*] }\n');
    await writeFile(path.join(copy.dir, 'compozy.yaml'), compozy);

    const [original, split] = [await loadProject(example), await loadProject(copy.dir)];
    expect(await readdir(path.join(copy.dir, 'parts'))).toHaveLength(4);
    expect(split.warnings).toEqual([]);
    expect(split.tools).toEqual(original.tools);
    const [before, after] = [original, split].map(({ workflows }) => workflows.get('batch-processor')!);
    const withoutFile = (plan: unknown) => JSON.stringify(plan).replaceAll(/"file":"[^"]*"/g, '');
    expect(withoutFile(after)).toBe(withoutFile(before));
    expect(after!.file).toBe('parts/workflow.yaml');
  });

  it('takes a file once, in the order of names, and never what is no definition', async () => {
    const found = {
      'compozy.yaml': project(
        '{ enabled: true, strict: true, include: ["**/*.yaml", "./tools//a.yaml", "tools/*"], exclude: [drafts, "**/*.draft.yaml"] }',
        'workflows: [{ source: ./main/workflow.yaml }]',
      ),
      'main/workflow.yaml': 'id: main\ntasks: [{ id: t, tool: a }]\n',
      'tools/b.yaml': tool('b'),
      'tools/a.yaml': tool('a'),
      'tools/Z.yaml': tool('z'),
      'tools/.hidden.yaml': tool('hidden'),
      'tools/[x].yaml': tool('x'),
      'tools/a.yaml.bak': tool('a'),
      'tools/a.yaml~': tool('a'),
      'tools/.#a.yaml': tool('a'),
      'tools/._a.yaml': tool('a'),
      'tools/c.draft.yaml': tool('c'),
      'drafts/d.yaml': tool('d'),
      'node_modules/e/e.yaml': tool('e'),
      'tools/node_modules/e.yaml': tool('e'),
      '.compozy/f.yaml': tool('f'),
    };
    expect(await toolsOf(found)).toEqual(['hidden', 'z', 'x', 'a', 'b']);
  });

  it('follows links inside of the project and refuses those that lead out of it', async () => {
    await using outside = await createTempProject({ 'secret.yaml': tool('secret'), 'deep/more.yaml': tool('more') });
    await using files = await createTempProject({
      'compozy.yaml': project('{ enabled: true, strict: true, include: ["parts/**/*.yaml", "linked/*.yaml"] }'),
      'parts/real/a.yaml': tool('a'),
      'other/b.yaml': tool('b'),
      'other/c.yaml': tool('c'),
    });
    const link = (to: string, name: string) => symlink(to, path.join(files.dir, name));
    await link('../other/b.yaml', 'parts/b.yaml');
    await link('real', 'parts/again');
    await link('..', 'parts/real/loop');
    await link('other', 'linked');
    expect(Object.keys((await loadProject(files.dir)).tools)).toEqual(['b', 'c', 'a']);

    await link(path.join(outside.dir, 'secret.yaml'), 'parts/secret.yaml');
    await link(outside.dir, 'parts/out');
    await link('nowhere.yaml', 'parts/broken.yaml');
    await link(outside.dir, 'unasked');
    expect(formatDiagnostics((await checkProject(files.dir)).diagnostics)).toBe(
      `parts/out:1:1: error file.outside: "parts/out" is a link to a folder outside of the project; list it under "exclude" if it is not meant
parts/broken.yaml:1:1: error file.missing: There is no file "parts/broken.yaml"
parts/secret.yaml:1:1: error file.outside: "parts/secret.yaml" is a link to a place outside of the project`,
    );
    await writeFile(
      path.join(files.dir, 'compozy.yaml'),
      project('{ enabled: true, include: ["parts/**/*.yaml"], exclude: [parts/broken.yaml] }'),
    );
    const { tools, warnings } = await loadProject(files.dir);
    expect(Object.keys(tools)).toEqual(['b', 'a']);
    expect(warnings.map(({ file, severity, code }) => `${file} ${severity} ${code}`)).toEqual([
      'parts/out warning file.outside',
      'parts/secret.yaml warning file.outside',
      'parts/secret.yaml warning file.skipped',
    ]);
  });

  it.each([
    ['is absent', 'name: demo\nworkflows: []\n'],
    ['is not enabled', project('{ include: ["*.yaml"], strict: true }')],
  ])('loads nothing when it %s', async (_when, compozy) => {
    expect(await toolsOf({ 'compozy.yaml': compozy, 'tool.yaml': 'resource: tool\n' })).toEqual([]);
  });

  it('warns of an autoloaded tool that the entrypoint does not export', async () => {
    await using files = await createTempProject({
      'compozy.yaml': project(
        '{ enabled: true, include: [tool.yaml] }',
        'workflows: []\nruntime: { entrypoint: tools.ts }',
      ),
      'tool.yaml': tool('fetch'),
      'tools.ts': 'export default { store };\n',
    });
    expect(formatDiagnostics((await loadProject(files.dir)).warnings)).toBe(
      'tool.yaml:2:5: warning tool.not-exported: The entrypoint exports no tool "fetch"',
    );
  });

  it('sees the environment names that its files declare', async () => {
    await using files = await createTempProject({
      'compozy.yaml': project('{ enabled: true, strict: true, include: [tool.yaml] }'),
      'tool.yaml': `${tool('fetch')}env: { API_KEY: "{{ .env.API_KEY }}" }\n`,
    });
    const { secrets, warnings } = await loadProject(files.dir, { environment: { API_KEY: 'k', HOME: '/' } });
    expect({ ...secrets }).toEqual({ API_KEY: 'k' });
    expect(warnings).toEqual([]);
  });

  it('takes any text for a pattern and never leaves the project', async () => {
    await using files = await createTempProject({ 'parts/a.yaml': tool('a'), 'b.yaml': tool('b') });
    const pieces = [
      'parts',
      'a',
      'yaml',
      '/',
      '*',
      '**',
      '?',
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      '!',
      '+',
      '@',
      '|',
      ',',
      '.',
      '\\',
      '~',
      '$',
      '^',
      ' ',
    ];
    const pattern = array(constantFrom(...pieces), { minLength: 1, maxLength: 12 });
    await assert(
      asyncProperty(array(pattern, { maxLength: 3 }), pattern, async (include, exclude) => {
        const patterns = { include: include.map((parts) => parts.join('')), exclude: [exclude.join('')] };
        await writeFile(
          path.join(files.dir, 'compozy.yaml'),
          JSON.stringify({ name: 'demo', autoload: { enabled: true, ...patterns } }),
        );
        const { diagnostics, project: loaded } = await checkProject(files.dir);
        expect(loaded === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
        for (const id of Object.keys(loaded?.tools ?? {})) expect(['a', 'b']).toContain(id);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('refuses a pattern of more than a thousand characters', async () => {
    await using files = await createTempProject({
      'compozy.yaml': project(`{ enabled: true, include: [${'a'.repeat(1_001)}] }`),
    });
    expect(formatDiagnostics((await checkProject(files.dir)).diagnostics)).toBe(
      `compozy.yaml:3:38: error file.pattern: The pattern "${'a'.repeat(100)}" is longer than 1000 characters`,
    );
  });
});
