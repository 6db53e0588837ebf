import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startDevServer } from '@compozy/dev-server';
import { createApiKey } from '@compozy/worker';
import { callServer } from './call-server.js';

const program = fileURLToPath(new URL('../bin/compozy-worker.js', import.meta.url));

it('serves a project over HTTP with the settings of its environment, and ends in order on SIGTERM', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-host-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: host\nworkflows: [{ source: ./one.yaml }]\n');
  await writeFile(path.join(dir, 'one.yaml'), 'id: one\ntasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]\n');
  const temporal = await startDevServer();
  const { key, record } = createApiKey('test', ['admin']);
  const host = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      COMPOZY_PROJECT_DIR: dir,
      TEMPORAL_HOST_PORT: temporal.address,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      HEALTH_PORT: '0',
      SERVER_AUTH_ENABLED: 'true',
      SERVER_API_KEY_HASHES: record.hash,
      SERVER_WRONG_KEYS_PER_MINUTE: '1',
      SERVER_TRUSTED_PROXIES: '127.0.0.1, ::1',
      SERVER_CORS_ENABLED: 'true',
      SERVER_CORS_ALLOWED_ORIGINS: 'https://app.example.com',
      SERVER_DRAIN_DELAY_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(host, 'exit');
  try {
    let ready: { message?: string; port?: number; healthPort?: number } = {};
    const lines: string[] = [];
    for await (const line of createInterface({ input: host.stdout })) {
      lines.push(line);
      ready = JSON.parse(line) as typeof ready;
      if (ready.message === 'worker ready') break;
    }
    const url = `http://127.0.0.1:${ready.port}`;
    const sync = '/api/v0/workflows/one/executions/sync';
    expect((await callServer(url, 'POST', sync, { body: {} })).status).toBe(401);
    const ended = await callServer(url, 'POST', sync, { body: {}, headers: { authorization: `Bearer ${key}` } });
    expect(ended).toMatchObject({ status: 200, body: { workflow: { status: 'SUCCESS' } } });
    const get = (route: string, headers: Record<string, string>) =>
      callServer(url, 'GET', `/api/v0/${route}`, { headers: { origin: 'https://app.example.com', ...headers } });
    const guesses = ['203.0.113.1', '203.0.113.1', '203.0.113.2'].map((from) => ({
      'x-api-key': 'a guess',
      'x-forwarded-for': from,
    }));
    const statuses: number[] = [];
    for (const guess of guesses) statuses.push((await get('workflows', guess)).status);
    expect(statuses).toEqual([401, 429, 401]);
    const memory = await get('memory/none/read?key=a', { 'x-api-key': key });
    expect(memory).toMatchObject({ status: 404, body: { code: 'Memory.NotFound' } });
    expect(memory.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect((await fetch(`http://127.0.0.1:${ready.healthPort}/ready`)).status).toBe(200);
    expect(lines.join('\n')).not.toContain(record.hash);
    host.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    host.kill('SIGKILL');
    await temporal.stop();
    await rm(dir, { recursive: true, force: true });
  }
});

it('says which setting to look at when it cannot start', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-host-'));
  try {
    const host = spawn(process.execPath, [program, '--project-dir', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [errors, [code]] = await Promise.all([text(host.stderr), once(host, 'exit')]);
    expect(code).toBe(2);
    expect(errors.split('\n').slice(1)).toEqual([
      'Name the folder of a project: --project-dir, or COMPOZY_PROJECT_DIR',
      '',
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('logs one JSON object on each line, also while Temporal is away', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-host-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: away\nworkflows: [{ source: ./one.yaml }]\n');
  await writeFile(path.join(dir, 'one.yaml'), 'id: one\ntasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]\n');
  const temporal = await startDevServer();
  const host = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      COMPOZY_PROJECT_DIR: dir,
      TEMPORAL_HOST_PORT: temporal.address,
      SERVER_PORT: '0',
      HEALTH_PORT: '0',
      SERVER_DRAIN_DELAY_MS: '0',
      // Every line that the SDK writes.
      RUNTIME_LOG_LEVEL: 'debug',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(host, 'exit');
  const errors = text(host.stderr);
  const seen: { message: string; component?: string; error?: string }[] = [];
  try {
    for await (const line of createInterface({ input: host.stdout })) {
      seen.push(JSON.parse(line) as (typeof seen)[number]);
      if (seen.at(-1)!.message === 'worker ready') await temporal.stop();
      // The native part of the SDK says how often it has asked in vain.
      if (seen.at(-1)!.component === 'temporal' && /Unavailable/.test(seen.at(-1)!.error ?? '')) host.kill('SIGKILL');
    }
    await exited;
    expect(seen.map(({ message }) => message)).toContain('worker ready');
    expect(await errors).toBe('');
  } finally {
    host.kill('SIGKILL');
    await temporal.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
