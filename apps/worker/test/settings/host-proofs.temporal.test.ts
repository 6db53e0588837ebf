import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import { createApiKey } from '@compozy/worker';
import { redisMissing, startRedis } from '../../../../packages/store/test/servers/start-redis.js';
import { callServer } from '../call-server.js';
import { createProjectFolder, type ProjectFolder } from './project-folder.js';
import type { ProofsOf } from './proofs.js';
import { failHost, startHost, type Host, type HostOptions } from './start-host.js';

const FILES = {
  'compozy.yaml': `name: shop
workflows: [{ source: ./one.yaml }, { source: ./sleep.yaml }]
runtime: { type: node, entrypoint: ./tools.ts }
tools: [{ id: sleep }]
`,
  'tools.ts': `export default {
  sleep: ({ ms }: { ms: number }) => {
    console.log('asleep');
    return new Promise((wake) => setTimeout(() => wake({}), ms));
  },
};
`,
  'sleep.yaml': `id: sleep
config: { input: { type: object, properties: { ms: { type: integer } } } }
tasks: [{ id: a, type: basic, tool: sleep, with: { ms: "{{ .workflow.input.ms }}" }, config: { retry_policy: { maximum_attempts: 1 } } }]
`,
};

let temporal: DevServer;
let folder: ProjectFolder;

beforeAll(async () => {
  temporal = await startDevServer();
  folder = await createProjectFolder('', FILES);
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
  await temporal?.stop();
});

const start = (environment: Record<string, string> = {}, options: Partial<HostOptions> = {}) =>
  startHost({
    environment: { COMPOZY_PROJECT_DIR: folder.dir, TEMPORAL_ADDRESS: temporal.address, ...environment },
    ...options,
  });

const runSync = (host: Host, workflow: string, input: unknown, headers = {}) =>
  callServer(host.url, 'POST', `/api/v0/workflows/${workflow}/executions/sync`, { body: { input }, headers });

async function untilPhase(host: Host, phase: string): Promise<void> {
  for (;;) {
    const body = (await (await fetch(`${host.healthUrl}/ready`)).json()) as { phase: string };
    if (body.phase === phase) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const heartbeats = async ({ dir }: ProjectFolder) => {
  await using store = createSqliteStore({ path: path.join(dir, '.compozy/state.db') });
  return await store.heartbeats.listAlive('');
};

/** That one host ends by itself before another one, which was told to end before it. */
async function endsFirst(host: Host, other: Host): Promise<void> {
  await using one = host;
  await using two = other;
  let hasEnded = false;
  void two.exited.then(() => (hasEnded = true));
  two.kill('SIGTERM');
  await untilPhase(two, 'draining');
  one.kill('SIGTERM');
  expect(await one.exited).toEqual([0, null]);
  expect(hasEnded).toBe(false);
}

const { key, record } = createApiKey('test', ['admin']);

const proofs: ProofsOf<'host'> = {
  project_dir: async () => {
    await using other = await createProjectFolder('description: another');
    await using host = await start({ COMPOZY_PROJECT_DIR: 'nowhere' }, { argv: ['--project-dir', other.dir] });
    expect(await runSync(host, 'one', {})).toMatchObject({ status: 200 });
    expect(existsSync(path.join(other.dir, '.compozy/state.db'))).toBe(true);
  },
  'runtime.tool_execution_timeout': async () => {
    await using host = await start({ TOOL_EXECUTION_TIMEOUT: '300ms' });
    const { body } = await runSync(host, 'sleep', { ms: 50_000 });
    expect(JSON.stringify(body)).toContain('Tool.TimedOut');
  },
  'runtime.dispatcher_heartbeat_interval': async () => {
    await using _host = await start({ RUNTIME_DISPATCHER_HEARTBEAT_INTERVAL: '100ms' });
    const times = new Set<string>();
    // By default there would be one in ten seconds, and a test has not the time for so many.
    while (times.size < 50) {
      for (const { at } of await heartbeats(folder)) times.add(at);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  'runtime.dispatcher_heartbeat_ttl': async () => {
    await using own = await createProjectFolder();
    const ids = async () => (await heartbeats(own)).map(({ id }) => id);
    const kill = async (ttl: string) => {
      const beat = { RUNTIME_DISPATCHER_HEARTBEAT_INTERVAL: '900ms', RUNTIME_DISPATCHER_HEARTBEAT_TTL: ttl };
      const host = await start({ ...beat, COMPOZY_PROJECT_DIR: own.dir });
      await host[Symbol.asyncDispose]();
    };
    await kill('1h');
    const first = await ids();
    expect(first).toHaveLength(1);
    await kill('1s');
    // The sign of the worker that died later is gone before the other one.
    await expect.poll(ids).toEqual(first);
  },
  'database.retention': async () => {
    await using own = await createProjectFolder('', FILES);
    await using host = await start({ DB_RETENTION: '1s', COMPOZY_PROJECT_DIR: own.dir });
    expect(await runSync(host, 'one', {})).toMatchObject({ status: 200 });
    const list = () => callServer(host.url, 'GET', '/api/v0/executions/workflows');
    const count = async () => ((await list()).body as { executions: readonly unknown[] }).executions.length;
    while ((await count()) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  },
  'runtime.log_level': async () => {
    await using quiet = await start({ RUNTIME_LOG_LEVEL: 'debug', REDIS_URL: 'redis://:of-redis@127.0.0.1:1' });
    const all = await quiet.line(({ message }) => message === 'settings with their defaults');
    expect(all).toMatchObject({
      level: 'debug',
      settings: { 'server.max_body_bytes': 1_048_576, 'redis.url': '******' },
    });
    expect(JSON.stringify(quiet.lines)).not.toContain('of-redis');
  },
  'server.auth.enabled': async () => {
    await using host = await start({ SERVER_AUTH_ENABLED: 'true' });
    expect((await callServer(host.url, 'GET', '/api/v0/workflows')).status).toBe(401);
  },
  'server.auth.key_hashes': async () => {
    await using host = await start({ SERVER_AUTH_ENABLED: 'true', SERVER_API_KEY_HASHES: record.hash.toUpperCase() });
    const headers = { authorization: `Bearer ${key}` };
    expect((await callServer(host.url, 'GET', '/api/v0/workflows', { headers })).status).toBe(200);
    expect(JSON.stringify(host.lines).toLowerCase()).not.toContain(record.hash);
  },
  'server.timeouts.drain_delay': async () => {
    await using host = await start({ SERVER_DRAIN_DELAY: '10m', SERVER_SHUTDOWN_TIMEOUT: '20m' });
    host.kill('SIGTERM');
    await untilPhase(host, 'draining');
    // Longer than by default.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await callServer(host.url, 'GET', '/api/v0/workflows')).status).toBe(200);
    host.kill('SIGTERM');
    expect(await host.exited).toEqual([1, null]);
  },
  'server.timeouts.server_shutdown': async () => {
    await endsFirst(
      await start({ SERVER_DRAIN_DELAY: '10m', SERVER_SHUTDOWN_TIMEOUT: '1s' }),
      await start({ SERVER_DRAIN_DELAY: '10m', SERVER_SHUTDOWN_TIMEOUT: '20m' }),
    );
  },
  'server.timeouts.worker_shutdown': async () => {
    const asleep = async (queue: string, timeout: string) => {
      const times = { SERVER_WORKER_SHUTDOWN_TIMEOUT: timeout, TOOL_EXECUTION_TIMEOUT: '10m' };
      const host = await start({ ...times, SERVER_DRAIN_DELAY: '0', TEMPORAL_TASK_QUEUE: queue });
      await callServer(host.url, 'POST', '/api/v0/workflows/sleep/executions', { body: { input: { ms: 500_000 } } });
      await host.line(({ message }) => message.includes('asleep'));
      return host;
    };
    await endsFirst(await asleep('soon', '500ms'), await asleep('late', '10m'));
  },
};

describe('settings of the host program', () => {
  it.each(Object.entries(proofs))('%s holds', (_key, prove) => prove());
});

describe('the host program', () => {
  it('does not write what is below its log level', async () => {
    await using host = await start({ RUNTIME_LOG_LEVEL: 'info' });
    expect(host.lines.map(({ level }) => level)).not.toContain('debug');
  });

  it('ends with 2 and every problem when a setting is wrong', async () => {
    const environment = { COMPOZY_PROJECT_DIR: folder.dir, DB_PORT: 'x', DB_CONN_STRING: 'mysql://secret' };
    const { code, stderr } = await failHost({ environment, argv: ['--prt=1'] });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      'flags: error key.unknown: Unknown flag "--prt" (did you mean "--port"?)',
      'environment: error value.type: DB_CONN_STRING must be postgres://user:password@host:port/database',
      'environment: error value.range: DB_PORT must be a whole number from 0 to 65535, not "x"',
    ]);
  });

  it('reads its project again on SIGHUP, and keeps the one that it has where the files have mistakes', async () => {
    const pinned = `${FILES['compozy.yaml']}public_env: [SHOP_REGION]\n`;
    await using own = await createProjectFolder('', { ...FILES, 'compozy.yaml': pinned });
    await using host = await start({ COMPOZY_PROJECT_DIR: own.dir, SHOP_REGION: 'eu' });
    const reload = async (workflow: string, tools = FILES['tools.ts']) => {
      await writeFile(path.join(own.dir, 'one.yaml'), workflow);
      await writeFile(path.join(own.dir, 'tools.ts'), tools);
      const told = host.lines.length;
      host.kill('SIGHUP');
      return await host.line((line) => line['component'] === 'project' && host.lines.indexOf(line) >= told);
    };
    const output = async () => (await runSync(host, 'one', {})).body['output'];
    const workflow = (x: string) =>
      `id: one\ntasks: [{ id: a, type: aggregate, outputs: { x: ${x} } }]\noutputs: { x: ${x} }\n`;
    expect(await reload(workflow('2'))).toMatchObject({ level: 'info', message: 'project reloaded' });
    expect(await output()).toEqual({ x: 2 });
    expect(await reload('id: one\ntasks: 7\n')).toMatchObject({ level: 'error' });
    expect(await output()).toEqual({ x: 2 });
    expect(await reload(workflow('3'), 'export default {')).toMatchObject({
      level: 'error',
      message: expect.stringContaining('tools.ts:1:17: error tool.broken') as unknown,
    });
    expect(await output()).toEqual({ x: 2 });
    expect(await reload(workflow('3'))).toMatchObject({ level: 'info' });
    expect(await output()).toEqual({ x: 3 });
    expect(await reload(workflow("'{{ .env.SHOP_REGION }}'"))).toMatchObject({ level: 'info' });
    expect(await output()).toEqual({ x: 'eu' });
  });

  it('takes settings from compozy.yaml and .env of its working directory, and warns of those without effect', async () => {
    await using own = await createProjectFolder('server: { max_body_bytes: 1024, timeout: 30s }', {
      '.env': `TEMPORAL_ADDRESS=${temporal.address}\n`,
    });
    await using host = await startHost({ environment: {}, cwd: own.dir });
    const body = { input: 'x'.repeat(2_048) };
    expect((await callServer(host.url, 'POST', '/api/v0/workflows/one/executions', { body })).status).toBe(413);
    expect(host.lines[0]).toMatchObject({ level: 'warn', code: 'key.ignored', place: 'compozy.yaml:3:33' });
  });

  it.skipIf(redisMissing !== undefined)(
    'is not ready while Redis is away, works all the same, and recovers',
    async () => {
      await using redis = await startRedis();
      await using host = await start({ REDIS_URL: redis.url });
      const readiness = async () => (await (await fetch(`${host.healthUrl}/ready`)).json()) as Record<string, unknown>;
      const until = async (state: string) => {
        for (;;) {
          const { checks } = await readiness();
          if ((checks as Record<string, string>)['redis'] === state) return;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      await until('up');
      // The first beat may have come before the connection.
      await expect.poll(() => redis.command('KEYS', 'dispatcher:heartbeat:*')).toHaveLength(1);
      await redis.stop();
      await until('down');
      expect(await readiness()).toMatchObject({ status: 'unready', checks: { store: 'up', redis: 'down' } });
      expect(await runSync(host, 'one', {})).toMatchObject({ status: 200 });
      await redis.start();
      await until('up');
      expect(await readiness()).toMatchObject({ status: 'ready' });
    },
  );

  it('warns of a worker on another host when its store is a file', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const poll = { namespace: 'default', taskQueue: { name: 'two-hosts' }, identity: '1@another-host' };
    const end = new AbortController();
    const polling = connection.withDeadline(Date.now() + 300_000, () =>
      connection.withAbortSignal(end.signal, () => connection.workflowService.pollActivityTaskQueue(poll)),
    );
    const stopped = expect(polling).rejects.toThrow();
    await using host = await start({ TEMPORAL_TASK_QUEUE: 'two-hosts' });
    const line = await host.line(({ component }) => component === 'store');
    end.abort();
    await stopped;
    await connection.close();
    expect(line).toMatchObject({ level: 'warn', message: expect.stringContaining('A worker on "another-host"') });
  });
});
