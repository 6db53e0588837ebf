import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startDevServer } from '@compozy/dev-server';
import { startWorkerHost, type WorkerHost } from './worker-process.js';

const PROJECT = (dir: string) => `name: alone
workflows: []
runtime: { type: node, entrypoint: ./tools.ts, permissions: ["--allow-read=${dir}", "--allow-write=${dir}"] }
tools: [{ id: work }]
autoload: { enabled: true, strict: true, include: ["*.task.yaml"] }
`;

const TASK = (edition: string) => `resource: task
id: pay
type: composite
tasks:
  - { id: first, tool: work, retries: 0, with: { step: first, amount: "{{ .workflow.input.amount }}" } }
  - { id: second, tool: work, retries: 0, with: { step: second, amount: "{{ .tasks.first.output.amount }}" } }
outputs: { amount: "{{ .tasks.second.output.amount }}", edition: ${edition} }
`;

/** The first call of the second step never ends. */
const TOOLS = (log: string) => `import { appendFileSync, readFileSync } from 'node:fs';
export default {
  async work({ step, amount }) {
    appendFileSync(${JSON.stringify(log)}, step + '\\n');
    const calls = readFileSync(${JSON.stringify(log)}, 'utf8').split('\\n').filter((each) => each === step);
    if (step === 'second' && calls.length === 1) await new Promise((resolve) => setTimeout(resolve, 600_000));
    return { amount };
  },
};
`;

it('goes on with one task after its worker is killed, with the file that it began with', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-alone-'));
  const log = path.join(dir, 'calls.log');
  await writeFile(path.join(dir, 'compozy.yaml'), PROJECT(dir));
  await writeFile(path.join(dir, 'pay.task.yaml'), TASK('old'));
  await writeFile(path.join(dir, 'tools.ts'), TOOLS(log));
  const server = await startDevServer();
  let worker: WorkerHost | undefined;
  try {
    worker = await startWorkerHost(dir, server.address);
    const started = await fetch(`${worker.url}/tasks/pay/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ with: { amount: 7 } }),
    });
    const { exec_id: execId } = (await started.json()) as { readonly exec_id: string };
    while ((await calls(log)).length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    worker.child.kill('SIGKILL');
    await once(worker.child, 'exit');

    await writeFile(path.join(dir, 'pay.task.yaml'), TASK('new'));
    worker = await startWorkerHost(dir, server.address);
    const read = async () =>
      (await (await fetch(`${worker!.url}/executions/tasks/${execId}`)).json()) as Record<string, unknown>;
    await expect.poll(read).toMatchObject({ status: 'SUCCESS', output: { amount: 7, edition: 'old' } });
    expect(await calls(log)).toEqual(['first', 'second', 'second']);
  } finally {
    worker?.child.kill('SIGTERM');
    if (worker !== undefined) await once(worker.child, 'exit');
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});

async function calls(log: string): Promise<readonly string[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
