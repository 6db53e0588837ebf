import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import type { WorkflowGraph } from '@compozy/core/graph';
import { createFolder, greeting } from '../../test/cli-session.js';
import { runCommand } from '../../test/run-command.js';
import { addGraphCommand } from './graph.js';

const project = {
  ...greeting,
  'compozy.yaml': greeting['compozy.yaml'].replace('./workflow.yaml }', './workflow.yaml }, { source: ./second.yaml }'),
  'second.yaml': `id: second
tasks:
  - { id: first, type: basic, tool: greet, with: { name: x }, on_success: { next: last }, on_error: { next: last } }
  - { id: last, type: basic, tool: fail }
`,
};

const graph = (dir: string, ...args: string[]) => runCommand(addGraphCommand, ['graph', '--project', dir, ...args]);

describe('compozy graph', () => {
  it('prints Mermaid, or what is asked for', async () => {
    await using folder = await createFolder(project);
    const { code, stdout, stderr } = await graph(folder.dir, 'second');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('flowchart TB');
    expect(stdout).toContain('-.->|"error"|');

    const json = JSON.parse((await graph(folder.dir, 'second', '--format', 'json')).stdout) as WorkflowGraph;
    expect(json.workflow).toBe('second');
    expect(json.edges).toContainEqual({ from: 'first', to: 'last', kind: 'error' });

    const svg = (await graph(folder.dir, 'second', '--format', 'svg')).stdout;
    const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
    expect([...document.querySelectorAll('text')].map(({ textContent }) => textContent)).toContain('first');
  });

  it('writes a file, in the format that its name says', async () => {
    await using folder = await createFolder(project);
    const file = (name: string) => path.join(folder.dir, 'out', name);
    expect((await graph(folder.dir, 'hello', '--output', file('a.svg'))).stdout).toBe('');
    expect(await readFile(file('a.svg'), 'utf8')).toMatch(/^<svg /);
    await graph(folder.dir, 'hello', '--output', file('a.json'));
    expect(JSON.parse(await readFile(file('a.json'), 'utf8'))).toMatchObject({ workflow: 'hello' });
    await graph(folder.dir, 'hello', '--output', file('a.mmd'));
    expect(await readFile(file('a.mmd'), 'utf8')).toMatch(/^flowchart /);
    await graph(folder.dir, 'hello', '--format', 'json', '--output', file('b.svg'));
    expect(await readFile(file('b.svg'), 'utf8')).toMatch(/^\{/);
  });

  it('names the workflows when the one that is asked for is not there, or none is named', async () => {
    await using folder = await createFolder(project);
    const unknown = await graph(folder.dir, 'secnd');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('it has "hello", "second"');
    expect(unknown.stderr).toContain('Did you mean "second"?');
    expect(await graph(folder.dir)).toMatchObject({ code: 2, stderr: 'Name one of the workflows "hello", "second"' });
  });

  it('exits with 2 for a format that it does not have, and for a project with errors', async () => {
    await using folder = await createFolder({ ...project, 'second.yaml': 'id: second\ntasks: []\n' });
    expect(await graph(folder.dir, 'hello', '--format', 'png')).toMatchObject({ code: 2, stdout: '' });
    const broken = await graph(folder.dir, 'hello');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('second.yaml:2:');
  });
});
