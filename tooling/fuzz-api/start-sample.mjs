// A worker process on a sample project, with something of every kind to be found in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createApiKey } from '../../apps/worker/dist/index.js';

const program = path.resolve(import.meta.dirname, '../../apps/worker/bin/compozy-worker.js');
const READY_MS = 60_000;

/** `withKeys`: whether requests need an API key; `headers` has one then. */
export async function startSample({ temporal, withKeys, env = process.env }) {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-fuzz-'));
  await cp(path.join(import.meta.dirname, 'project'), dir, { recursive: true });
  await writeFile(path.join(dir, '.env'), 'HOOK_SECRET=s3cret-of-hooks\n');
  const { key, record } = createApiKey('fuzz', ['admin']);
  const worker = spawn(process.execPath, [program], {
    env: {
      ...env,
      COMPOZY_PROJECT_DIR: dir,
      TEMPORAL_HOST_PORT: temporal,
      TEMPORAL_TASK_QUEUE: path.basename(dir),
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      HEALTH_PORT: '0',
      SERVER_DRAIN_DELAY_MS: '0',
      // One of the checks leaves the key out, or sends a wrong one, and expects 401 each time.
      SERVER_WRONG_KEYS_PER_MINUTE: '1000000',
      ...(withKeys ? { SERVER_AUTH_ENABLED: 'true', SERVER_API_KEY_HASHES: record.hash } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(worker, 'exit');
  const stop = async () => {
    worker.kill('SIGTERM');
    const timer = setTimeout(() => worker.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(timer);
    await rm(dir, { recursive: true, force: true });
  };
  const errors = [];
  const ready = Promise.withResolvers();
  createInterface({ input: worker.stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    if (line.message === 'worker ready') ready.resolve(line.port);
    if (line.level === 'error') errors.push(line.message);
  });
  const timer = setTimeout(() => ready.reject(new Error('the worker is not ready')), READY_MS);
  exited.then(() => ready.reject(new Error('the worker ended')));
  try {
    const port = await ready.promise;
    const headers = withKeys ? { Authorization: `Bearer ${key}` } : {};
    const url = `http://127.0.0.1:${port}`;
    return { url, headers, errors, known: await fill(url, headers), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Executions in every state, an event, a dead letter, a webhook that came. Gives their ids by the names of parameters. */
async function fill(url, headers) {
  const call = async (method, route, body) => {
    const answer = await fetch(`${url}/api/v0${route}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const start = async (workflow, input = {}) =>
    (await call('POST', `/workflows/${workflow}/executions`, { input })).exec_id;
  const [ended, waiting, another, paused, canceled, failed] = [
    await start('greet', { id: 'a', count: 1, tags: ['x'] }),
    await start('hold', { wait: true }),
    await start('hold', { wait: true }),
    await start('hold', { wait: true }),
    await start('hold', { wait: true }),
    await start('break'),
  ];
  const startTask = async (task, given = {}) =>
    (await call('POST', `/tasks/${task}/executions`, { with: given })).exec_id;
  const [labelled, gated, otherGate] = [
    await startTask('label', { name: 'Ada' }),
    await startTask('gate', { times: ['held'] }),
    await startTask('gate', { times: ['held'] }),
  ];
  await call('POST', `/executions/workflows/${paused}/pause`);
  await call('POST', `/executions/workflows/${canceled}/cancel`);
  await call('POST', '/hooks/open', { id: 'hooked' });
  await call('POST', '/memory/chats/append', { key: 'user-7', messages: [{ role: 'user', content: 'Hello' }] });
  const { event_id: event } = await call('POST', '/events', { name: 'order.created', payload: { id: 'o1' } });
  await call('POST', '/events', { name: 'nobody.listens', payload: { id: 'o2' } });
  const states = {
    [ended]: 'SUCCESS',
    [waiting]: 'WAITING',
    [paused]: 'PAUSED',
    [canceled]: 'CANCELED',
    [failed]: 'FAILED',
    [labelled]: 'SUCCESS',
    [gated]: 'WAITING',
  };
  await until('the executions', async () => {
    const all = await Promise.all(Object.keys(states).map((id) => call('GET', `/executions/workflows/${id}`)));
    return all.every(({ workflow_exec_id: id, status }) => states[id] === status);
  });
  let letters = [];
  await until('the dead letter', async () => {
    letters = (await call('GET', '/dead-letters')).dead_letters;
    return letters.length > 0;
  });
  await until('the event', async () => {
    // Its row follows the answer that it was accepted.
    const { events } = await call('GET', '/events?status=processed');
    return events.some(({ event_id: id }) => id === event);
  });
  return {
    exec_id: [ended, waiting, paused, canceled, failed],
    // A stream of an execution that waits would not end, and cancelling would end those that the others want to find.
    executionsOf: {
      '/api/v0/executions/workflows/{exec_id}/stream': [ended, failed],
      '/api/v0/executions/workflows/{exec_id}/cancel': [another, ended],
      '/api/v0/executions/tasks/{exec_id}/stream': [labelled],
      '/api/v0/executions/tasks/{exec_id}/cancel': [otherGate, labelled],
      ...Object.fromEntries(
        ['', '/tasks', '/pause', '/resume', '/signals'].map((rest) => [
          `/api/v0/executions/tasks/{exec_id}${rest}`,
          [labelled, gated],
        ]),
      ),
    },
    workflow_id: ['greet', 'nightly'],
    task_id: ['label'],
    event_id: [event],
    id: [letters[0].id],
    slug: ['open', 'hub'],
    memory_ref: ['chats'],
  };
}

async function until(what, holds) {
  const end = Date.now() + 180_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come within 180 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
