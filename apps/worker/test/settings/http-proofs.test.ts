import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { createApiKey, createApiKeys, createProjectHost, startServer, type ApiDependencies } from '@compozy/worker';
import { resolveSettings, SETTINGS, toApiOptions, toServerOptions } from '@compozy/worker/settings';
import { callServer } from '../call-server.js';
import { listenOnce } from './listen-once.js';
import { createProjectFolder } from './project-folder.js';
import { PROOFS, type ProofsOf } from './proofs.js';

const { key, record } = createApiKey('test', ['admin']);
type ApiRuns = ApiDependencies['runs'];

const unused = () => Promise.reject(new Error('no run is needed'));
const runs = {
  start: unused,
  find: unused,
  read: unused,
  whole: unused,
  wait: unused,
  cancel: unused,
  pause: unused,
  resume: unused,
  signal: unused,
};

/** One run that never ends. */
const openRuns = {
  ...runs,
  find: async () => ({
    workflowId: 'one',
    workflowExecId: 'open',
    temporalWorkflowId: 'one-open',
    open: true,
    startedAt: null,
    endedAt: null,
  }),
  read: async (): Promise<RunView> => ({
    workflow_id: 'one',
    workflow_exec_id: 'open',
    status: 'RUNNING',
    input: {},
    output: null,
    error: null,
    tasks: {},
    usage: {},
    started_at: '2026-01-01T00:00:00.000Z',
    ended_at: null,
  }),
  whole: async <T>(view: T) => view,
};

/** The HTTP server of the host with these variables, on free ports unless they say something else. */
async function serve(environment: Record<string, string>, served: ApiRuns = runs) {
  await using folder = await createProjectFolder();
  const ports = { SERVER_PORT: '0', HEALTH_PORT: '0' };
  const { settings } = await resolveSettings({ environment: { ...ports, ...environment }, dir: folder.dir });
  const { values } = settings;
  const options = toServerOptions(values);
  const server = await startServer({
    ...options,
    api: {
      ...toApiOptions(values),
      project: createProjectHost(await loadProject(folder.dir)),
      runs: served,
      backlog: async () => ({ tasks: 100, perSecond: 10 }),
      ...(values['server.auth.enabled']
        ? { apiKeys: createApiKeys(values['server.auth.key_hashes'], { findByHash: async () => undefined } as never) }
        : {}),
    },
    checks: [],
  });
  return {
    host: options.host,
    port: server.port,
    healthPort: server.healthPort,
    url: `http://${options.host}:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server.drain(0);
      await server.close();
    },
  };
}

const get = (url: string, headers = {}) => callServer(url, 'GET', '/api/v0/workflows', { headers });

/**
 * What the server says before it ends a connection on which this came, with one second for the variable. With an hour, it
 * does not end another one, on which the same came before.
 */
async function answerInTime(variable: string, sent: string): Promise<string> {
  await using hasty = await serve({ [variable]: '1s' });
  await using patient = await serve({ [variable]: '1h' });
  const send = async ({ host, port }: typeof hasty) => {
    const socket = connect(port, host);
    const closed = once(socket, 'close');
    const said = { text: '', isClosed: closed.then(() => true), close: () => socket.destroy() };
    socket.on('data', (chunk) => (said.text += String(chunk)));
    await once(socket, 'connect');
    socket.write(sent);
    return said;
  };
  const [waiting, cut] = [await send(patient), await send(hasty)];
  await cut.isClosed;
  expect(await Promise.race([waiting.isClosed, false])).toBe(false);
  waiting.close();
  return cut.text;
}

const withKeys = { SERVER_AUTH_ENABLED: 'true', SERVER_API_KEY_HASHES: record.hash, SERVER_HOST: '127.0.0.1' };
const bearer = { authorization: `Bearer ${key}` };
/** How many requests a caller has, and how many hours pass until it has one more. */
const limitOf = (headers: Headers) => ({
  limit: headers.get('ratelimit-limit'),
  hours: Math.round(Number(headers.get('ratelimit-reset')) / 3_600),
});

const origin = 'https://app.example.com';
const allowed = async (url: string, from: string) =>
  (await get(url, { origin: from })).headers.get('access-control-allow-origin');

const proofs: ProofsOf<'http'> = {
  'server.host': async () => {
    await using server = await serve({ SERVER_HOST: '127.0.0.2' });
    expect((await get(`http://127.0.0.2:${server.port}`)).status).toBe(200);
    await expect(get(`http://127.0.0.1:${server.port}`)).rejects.toThrow();
  },
  'server.port': async () => {
    const port = await findPort();
    await using server = await serve({ SERVER_PORT: String(port) });
    expect(server.port).toBe(port);
    expect((await get(`http://127.0.0.1:${port}`)).status).toBe(200);
  },
  'server.health_port': async () => {
    const healthPort = await findPort();
    await using server = await serve({ HEALTH_PORT: String(healthPort) });
    expect(server.healthPort).toBe(healthPort);
    expect((await fetch(`http://127.0.0.1:${healthPort}/health`)).status).toBe(200);
  },
  'server.auth.wrong_keys_per_minute': async () => {
    await using server = await serve({ ...withKeys, SERVER_WRONG_KEYS_PER_MINUTE: '1' });
    const wrong = () => get(server.url, { authorization: 'Bearer cpzy_wrong' });
    expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 429]);
  },
  'server.trusted_proxies': async () => {
    await using server = await serve({ SERVER_TRUSTED_PROXIES: '127.0.0.0/8', RATELIMIT_GLOBAL_LIMIT: '1' });
    const from = (address: string) => get(server.url, { 'x-forwarded-for': address });
    const answers = [await from('10.1.1.1'), await from('10.1.1.2'), await from('10.1.1.2')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  },
  'server.cors_enabled': async () => {
    await using server = await serve({ SERVER_CORS_ENABLED: 'true', SERVER_CORS_ALLOWED_ORIGINS: origin });
    await using closed = await serve({ SERVER_CORS_ALLOWED_ORIGINS: origin });
    expect([await allowed(server.url, origin), await allowed(closed.url, origin)]).toEqual([origin, null]);
  },
  'server.cors.allowed_origins': async () => {
    await using server = await serve({ SERVER_CORS_ENABLED: 'true', SERVER_CORS_ALLOWED_ORIGINS: origin });
    expect(await allowed(server.url, 'https://evil.example.com')).toBeNull();
  },
  'server.max_body_bytes': async () => {
    await using server = await serve({ SERVER_MAX_BODY_BYTES: '2048' });
    const body = { input: 'x'.repeat(2_048) };
    expect((await callServer(server.url, 'POST', '/api/v0/workflows/one/executions', { body })).status).toBe(413);
  },
  'server.max_backlog': async () => {
    const send = (url: string) => callServer(url, 'POST', '/api/v0/events', { body: { name: 'noted' } });
    await using server = await serve({ SERVER_MAX_BACKLOG: '99' });
    expect(await send(server.url)).toMatchObject({ status: 429, body: { code: 'Api.Overloaded' } });
    await using byDefault = await serve({});
    expect((await send(byDefault.url)).status).toBe(501);
  },
  'server.max_streams': async () => {
    await using server = await serve({ SERVER_MAX_STREAMS: '1' }, openRuns);
    const gone = new AbortController();
    const url = `${server.url}/api/v0/executions/workflows/open/stream`;
    const statuses = [await fetch(url, { signal: gone.signal }), await fetch(url)].map(({ status }) => status);
    gone.abort();
    expect(statuses).toEqual([200, 429]);
  },
  'server.timeouts.http_read_header': async () => {
    const answer = await answerInTime('SERVER_HTTP_READ_HEADER_TIMEOUT', 'GET / HTTP/1.1\r\nHost:');
    expect(answer).toMatch(/^HTTP\/1.1 408/);
  },
  'server.timeouts.http_read': async () => {
    const head = 'POST /api/v0/workflows/one/executions HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n';
    expect(await answerInTime('SERVER_HTTP_READ_TIMEOUT', head)).toMatch(/^HTTP\/1.1 408/);
  },
  'server.timeouts.http_idle': async () => {
    await using server = await serve({ SERVER_HTTP_IDLE_TIMEOUT: '77s' });
    expect((await get(server.url)).headers.get('keep-alive')).toBe('timeout=77');
  },
  'ratelimit.api_key_rate.limit': async () => {
    await using server = await serve({ ...withKeys, RATELIMIT_API_KEY_LIMIT: '2' });
    expect(limitOf((await get(server.url, bearer)).headers).limit).toBe('2');
    const last = [await get(server.url, bearer), await get(server.url, bearer)];
    expect(last.map(({ status }) => status)).toEqual([200, 429]);
  },
  'ratelimit.api_key_rate.period': async () => {
    await using server = await serve({ ...withKeys, RATELIMIT_API_KEY_LIMIT: '10', RATELIMIT_API_KEY_PERIOD: '10h' });
    expect(limitOf((await get(server.url, bearer)).headers)).toEqual({ limit: '10', hours: 1 });
  },
  'ratelimit.global_rate.limit': async () => {
    await using server = await serve({ RATELIMIT_GLOBAL_LIMIT: '1' });
    expect([(await get(server.url)).status, (await get(server.url)).status]).toEqual([200, 429]);
    // A caller with a key is not counted by its address.
    await using keyed = await serve({ ...withKeys, RATELIMIT_GLOBAL_LIMIT: '1' });
    const answers = [await get(keyed.url, bearer), await get(keyed.url, bearer)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  },
  'ratelimit.global_rate.period': async () => {
    await using server = await serve({ RATELIMIT_GLOBAL_LIMIT: '10', RATELIMIT_GLOBAL_PERIOD: '20h' });
    expect(limitOf((await get(server.url)).headers)).toEqual({ limit: '10', hours: 2 });
  },
};

/** A port that was free a moment ago. */
async function findPort(): Promise<number> {
  await using listener = await listenOnce();
  return listener.port;
}

describe('settings of the HTTP server', () => {
  it.each(Object.entries(proofs))('%s holds', (_key, prove) => prove());
});

describe('the proofs', () => {
  it('are there for every setting', () => {
    expect(Object.keys(PROOFS).toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });
});
