import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';

const tools = `
import { readFileSync } from 'node:fs';
export default {
  good: () => ({ ok: true }),
  crash: () => process.exit(3),
  hang: () => { for (;;); },
  flood: () => { for (let i = 0; i < 20_000; i += 1) process.stdout.write('x'.repeat(1_000) + '\\n'); return { flooded: true }; },
  allocate: () => { const kept = []; for (;;) kept.push(new Array(1_000_000).fill(1)); },
  read: () => ({ text: readFileSync('/etc/passwd', 'utf8') }),
  environment: () => ({ names: Object.keys(process.env), text: JSON.stringify(process.env) }),
  leak: () => ({ token: process.env.TOKEN }),
};
`;

const ids = ['good', 'crash', 'hang', 'flood', 'allocate', 'read', 'environment', 'leak'];
const SECRET = 'planted-secret-value';

let dir: string;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  process.env['PLANTED_IN_PARENT'] = SECRET;
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-tools-'));
  await writeFile(path.join(dir, 'tools.ts'), tools);
  await writeFile(path.join(dir, '.env'), `TOKEN=${SECRET}\n`);
  const more: Readonly<Record<string, string>> = {
    leak: ', env: { TOKEN: "{{ .env.TOKEN }}" }',
    hang: ', timeout: 2s',
  };
  const definitions = ids.map((id) => `{ id: ${id}${more[id] ?? ''} }`);
  await writeFile(
    path.join(dir, 'compozy.yaml'),
    `name: misbehaving
workflows: [${ids.map((id) => `{ source: ./${id}.yaml }`).join(', ')}]
runtime: { type: node, entrypoint: ./tools.ts, max_memory_mb: 200 }
tools: [${definitions.join(', ')}]
`,
  );
  for (const id of ids)
    await writeFile(
      path.join(dir, `${id}.yaml`),
      `id: ${id}\ntasks: [{ id: call, type: basic, tool: ${id}, retries: 0 }]\n`,
    );
  server = await startDevServer();
  worker = await createWorker({ project: await loadProject(dir), temporal: { hostPort: server.address } });
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function run(workflowId: string) {
  return await (await worker.triggerWorkflow(workflowId)).result();
}

describe('a tool that misbehaves', () => {
  it.each([
    ['crash', 'Tool.Crashed'],
    ['hang', 'Tool.TimedOut'],
    ['allocate', 'Tool.OutOfMemory'],
    ['read', 'Tool.PermissionDenied'],
  ])('%s is contained as %s, and the worker serves on', async (id, code) => {
    expect(await run(id)).toMatchObject({ status: 'FAILED', error: { code } });
    expect(await run('good')).toMatchObject({ status: 'SUCCESS', output: { call: { output: { ok: true } } } });
  });

  it('floods stdout and still gives its result', async () => {
    expect(await run('flood')).toMatchObject({ status: 'SUCCESS', output: { call: { output: { flooded: true } } } });
  });

  it('sees no variable of the worker', async () => {
    const { output } = await run('environment');
    const { names, text } = (output as { call: { output: { names: string[]; text: string } } }).call.output;
    expect(names.filter((name) => !['PATH', 'HOME', 'LANG', 'TMPDIR'].includes(name))).toEqual([]);
    expect(text).not.toContain(SECRET);
  });

  it('returns its secret masked, and the history never has it', async () => {
    const handle = await worker.triggerWorkflow('leak');
    expect(await handle.result()).toMatchObject({ output: { call: { output: { token: '[secret TOKEN]' } } } });
    const history = await worker.client.workflow.getHandle(handle.temporalWorkflowId).fetchHistory();
    const payloads = textsOf(history).join('\n');
    expect(payloads).toContain('{{ .env.TOKEN }}');
    expect(payloads).not.toContain(SECRET);
  });
});

/** Every text in a history, payloads decoded. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap((part) => textsOf(part)) : [];
}
