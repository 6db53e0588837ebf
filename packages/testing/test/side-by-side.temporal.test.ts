import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { startServerProject, until, type ServerProject } from './server-project.js';

interface Line {
  readonly run: string;
  readonly name: string;
  readonly kind: 'start' | 'aborted' | 'end';
  readonly pid: number;
  readonly at: number;
}

/** A loser would take this long; the tests never wait for one to end. */
const LONG_MS = 30_000;

/**
 * `work` begins its time when `together` calls of the run have started, so that a busy machine changes no order. A
 * `deaf` call goes on after its signal.
 */
const tools = (dir: string) => `
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
const log = ${JSON.stringify(path.join(dir, 'calls.log'))};
const started = (run) => readFileSync(log, 'utf8').split('\\n').filter((line) => line.includes(run) && line.includes('"start"')).length;
export default {
  async work({ run, name, ms, together, deaf, fails }, _config, { signal }) {
    const note = (kind) => appendFileSync(log, JSON.stringify({ run, name, kind, pid: process.pid, at: Date.now() }) + '\\n');
    signal.addEventListener('abort', () => note('aborted'));
    note('start');
    while (started(run) < together) await pause(10);
    await pause(ms, undefined, deaf ? {} : { signal });
    note('end');
    if (fails) throw new Error('it fails');
    return { name };
  },
};
`;

const contest = (fails: boolean) => [
  { name: 'first', ms: 50, together: 3, deaf: false, fails },
  { name: 'polite', ms: LONG_MS, together: 3, deaf: false, fails: false },
  { name: 'deaf', ms: LONG_MS, together: 3, deaf: true, fails: false },
];
const crowd = (together: number) =>
  Array.from({ length: 10 }, (_, index) => ({ name: `n${index}`, ms: 1_000, together, deaf: false, fails: false }));

type Calls = ReturnType<typeof crowd>;

function parallel(id: string, settings: string, calls: Calls): string {
  const tasks = calls.map(
    ({ name, ...rest }) =>
      `{ id: ${name}, tool: work, retries: 0, with: { run: "{{ .workflow.exec_id }}", name: ${name}, ` +
      `${Object.entries(rest)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')} } }`,
  );
  return `id: ${id}\ntasks:\n  - { id: all, type: parallel, ${settings}, tasks: [${tasks.join(', ')}] }\n`;
}

function collection(id: string, settings: string, calls: Calls): string {
  const fields = ['name', 'ms', 'together', 'deaf', 'fails'].map((name) => `${name}: "{{ .item.${name} }}"`);
  return `id: ${id}
tasks:
  - id: all
    type: collection
    ${settings}
    items: ${JSON.stringify(calls)}
    task: { id: "{{ .item.name }}", tool: work, retries: 0, with: { run: "{{ .workflow.exec_id }}", ${fields.join(', ')} } }
`;
}

const workflows: Readonly<Record<string, string>> = {
  'parallel-race': parallel('parallel-race', 'strategy: race', contest(false)),
  'parallel-fail-fast': parallel('parallel-fail-fast', 'strategy: fail_fast', contest(true)),
  'parallel-ten': parallel('parallel-ten', 'max_workers: 10', crowd(10)),
  'parallel-one': parallel('parallel-one', 'max_workers: 1', crowd(1)),
  'collection-race': collection('collection-race', 'strategy: race', contest(false)),
  'collection-fail-fast': collection('collection-fail-fast', 'strategy: fail_fast', contest(true)),
  'collection-ten': collection('collection-ten', 'max_workers: 10', crowd(10)),
  'collection-one': collection('collection-one', 'max_workers: 1', crowd(1)),
};

let project: ServerProject;

beforeAll(async () => {
  project = await startServerProject((dir) => ({
    'compozy.yaml': `name: side-by-side
workflows: [${Object.keys(workflows).map((id) => `{ source: ./${id}.yaml }`)}]
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read, "--allow-write=${dir}"] }
tools: [{ id: work }]
`,
    'tools.ts': tools(dir),
    ...Object.fromEntries(Object.entries(workflows).map(([id, text]) => [`${id}.yaml`, text])),
  }));
});

afterAll(async () => {
  await project?.stop();
});

async function linesOf(run: string): Promise<readonly Line[]> {
  return (await project.calls<Line>()).filter((line) => line.run === run);
}

function statuses({ tasks }: RunView): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.values(tasks).map(({ task_id, status }) => [task_id, status]));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The most calls that were between their start and their end at one moment. */
function mostAtOnce(lines: readonly Line[]): number {
  let open = 0;
  let most = 0;
  for (const { kind } of lines) {
    if (kind === 'start') open += 1;
    if (kind === 'end') open -= 1;
    most = Math.max(most, open);
  }
  return most;
}

describe('the calls of a container', () => {
  it.each([
    ['parallel-race', 'SUCCESS', 'SUCCESS'],
    ['collection-race', 'SUCCESS', 'SUCCESS'],
    ['parallel-fail-fast', 'FAILED', 'FAILED'],
    ['collection-fail-fast', 'FAILED', 'FAILED'],
  ])('of %s are over with the first, and the others are stopped', async (workflow, status, first) => {
    const began = Date.now();
    const view = await project.run(workflow);
    const settled = Date.now();
    const atEnd = await linesOf(view.workflow_exec_id);
    expect(view.status).toBe(status);
    expect(statuses(view)).toEqual({ all: status, first, polite: 'CANCELED', deaf: 'CANCELED' });
    expect(atEnd.filter(({ kind }) => kind === 'start')).toHaveLength(3);
    expect(atEnd.filter(({ kind }) => kind === 'end').map(({ name }) => name)).toEqual(['first']);

    const losers = atEnd.filter(({ name, kind }) => name !== 'first' && kind === 'start').map(({ pid }) => pid);
    await until(
      async () => (await linesOf(view.workflow_exec_id)).filter((line) => line.kind === 'aborted').length === 2,
    );
    await until(() => !losers.some((pid) => isAlive(pid)));
    const gone = Date.now();
    const lines = await linesOf(view.workflow_exec_id);
    const order = lines.map(({ kind, name }) => (kind === 'start' ? kind : `${name} ${kind}`));
    expect(order.slice(0, 4)).toEqual(['start', 'start', 'start', 'first end']);
    expect(order.slice(4).toSorted()).toEqual(['deaf aborted', 'polite aborted']);
    const told = Math.max(...lines.filter(({ kind }) => kind === 'aborted').map(({ at }) => at));
    const ended = lines.find(({ kind }) => kind === 'end')!.at;
    console.log(
      `${workflow}: the first ended after ${ended - began} ms, the run was over ${settled - ended} ms later; the ` +
        `losers were told ${told - ended} ms after the end of the first and gone ${gone - ended} ms after it`,
    );
  });

  it.each(['parallel', 'collection'])('of %s overlap under max_workers: 10', async (type) => {
    const view = await project.run(`${type}-ten`);
    const lines = await linesOf(view.workflow_exec_id);
    expect(view.status).toBe('SUCCESS');
    expect(lines.filter(({ kind }) => kind === 'end')).toHaveLength(10);
    expect(mostAtOnce(lines)).toBe(10);
    console.log(`${type}: ten calls of 1 s side by side took ${lines.at(-1)!.at - lines[0]!.at} ms`);
  });

  it('come one after the other under max_workers: 1, in order', async () => {
    await Promise.all(
      ['parallel', 'collection'].map(async (type) => {
        const view = await project.run(`${type}-one`);
        const lines = await linesOf(view.workflow_exec_id);
        expect(view.status).toBe('SUCCESS');
        expect(lines.map(({ name, kind }) => `${name} ${kind}`)).toEqual(
          Array.from({ length: 10 }, (_, index) => [`n${index} start`, `n${index} end`]).flat(),
        );
        expect(mostAtOnce(lines)).toBe(1);
        console.log(`${type}: ten calls of 1 s in turn took ${lines.at(-1)!.at - lines[0]!.at} ms`);
      }),
    );
  });
});
