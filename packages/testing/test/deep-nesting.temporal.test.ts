import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startServerProject, type ServerProject } from './server-project.js';

const TYPES = ['collection', 'parallel', 'composite'] as const;

const innermost = {
  id: 'innermost',
  tool: 'echo',
  with: {
    item: '{{ .item }}',
    index: '{{ .index }}',
    outer: '{{ .item1 }}',
    parent: '{{ .parent.id }}',
    above: '{{ .parent.parent.id }}',
    grandparent: '{{ .parent.parent.parent.with.level }}',
    top: `{{ ${'.parent'.repeat(19)}.id }}`,
    input: '{{ .workflow.input.name }}',
    before: '{{ .tasks.before.output.said }}',
    secret: '{{ len .env.TOKEN }}',
  },
};

/** A task with `depth` levels of tasks, itself included; the types of the containers take turns. */
function nested(depth: number, level = 1): object {
  if (level === depth) return innermost;
  const type = TYPES[(level - 1) % TYPES.length]!;
  const inner = nested(depth, level + 1);
  const own = { id: `${type}${level}`, type, with: { level } };
  if (type !== 'collection') return { ...own, tasks: [inner] };
  return { ...own, items: [`${level}-a`], item_var: `item${level}`, index_var: `index${level}`, task: inner };
}

function workflow(id: string, depth: number): string {
  const tasks = [{ id: 'before', type: 'aggregate', outputs: { said: 'hello' } }, nested(depth)];
  // JSON is YAML; each value has a line of its own.
  return JSON.stringify({ id, tasks }, null, 1);
}

const PROJECT = `name: deep
workflows: [{ source: ./deep.yaml }]
runtime: { type: node, entrypoint: ./tools.ts }
tools: [{ id: echo }]
`;
const TOOLS = 'export default { echo: (input) => ({ said: input }) };\n';

let project: ServerProject;

beforeAll(async () => {
  project = await startServerProject(() => ({
    '.env': 'TOKEN=twelve-signs\n',
    'compozy.yaml': PROJECT,
    'tools.ts': TOOLS,
    'deep.yaml': workflow('deep', 20),
  }));
});

afterAll(async () => {
  await project?.stop();
});

describe('containers in containers', () => {
  it('run to depth 20, and the innermost task sees everything around it', async () => {
    const view = await project.run('deep', { name: 'Ada' });
    expect(view).toMatchObject({ status: 'SUCCESS', output: { collection1: { output: expect.anything() } } });
    const tasks = Object.entries(view.tasks);
    expect(tasks).toHaveLength(21);
    const parents = tasks.map(([, { parent }]) => parent).filter((parent) => parent !== undefined);
    expect(new Set(parents).size).toBe(19);
    const innermostTask = tasks.find(([, { task_id }]) => task_id === 'innermost-0')?.[1];
    expect(innermostTask?.output).toEqual({
      said: {
        level: 19,
        item: '19-a',
        item19: '19-a',
        index: 0,
        index19: 0,
        outer: '1-a',
        parent: 'collection19',
        above: 'composite18',
        grandparent: 17,
        top: 'collection1',
        input: 'Ada',
        before: 'hello',
        secret: '12',
      },
    });
  });

  it('are refused at depth 21, where the task stands', async () => {
    const text = workflow('deep', 21);
    const dir = await mkdtemp(path.join(tmpdir(), 'compozy-deeper-'));
    try {
      const files = { 'compozy.yaml': PROJECT, 'tools.ts': TOOLS, 'deep.yaml': text };
      for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
      // The brace that opens the task is on the line above its id.
      const line = text.split('\n').findIndex((one) => one.includes('"innermost"'));
      await expect(loadProject(dir)).rejects.toMatchObject({
        diagnostics: [
          { code: 'value.range', severity: 'error', file: 'deep.yaml', line, expected: 'at most 20 levels' },
        ],
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
