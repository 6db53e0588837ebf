import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Runs the worker of docs/custom-worker.md on a Temporal server, asks it for everything that the guide promises, ends it. */
export async function checkGuide(app, node) {
  const require = createRequire(path.join(app.dir, 'package.json'));
  const { startDevServer } = await import(pathToFileURL(require.resolve('@compozy/dev-server')).href);
  const server = await startDevServer();
  // Of the time before.
  for (const end of ['', '-wal', '-shm']) await rm(path.join(app.dir, `state.db${end}`), { force: true });
  const child = app.start(node, ['--no-warnings', 'worker.ts'], {
    node,
    env: { TEMPORAL_HOST_PORT: server.address, PORT: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  try {
    const base = await waitForAddress(child, () => output);
    await useWorker(base);
    child.kill('SIGTERM');
    const [code] = await ended;
    assert.equal(code, 0);
    assert.match(output, /stopped\n$/);
    const env = { TEMPORAL_HOST_PORT: server.address };
    const minimal = await app.node(node, ['--no-warnings', 'minimal.ts'], { env });
    assert.equal(minimal.stdout, `{"receipt":"3.00 EUR"}\n`, minimal.output);
    return [];
  } catch (error) {
    return [`${error.stack}\nThe worker said:\n${output}`];
  } finally {
    child.kill('SIGKILL');
    await server.stop();
  }
}

async function waitForAddress(child, read) {
  while (child.exitCode === null && child.signalCode === null) {
    const address = /ready on (http:\S+)/.exec(read())?.[1];
    if (address !== undefined) return address;
    await sleep(50);
  }
  return assert.fail('the worker ended');
}

async function useWorker(base) {
  const api = `${base}/api/v0`;
  const post = (url, body, headers = {}) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const text = async (answer) => [(await answer).status, await (await answer).text()];

  const get = async (url) => (await fetch(url)).json();

  assert.deepEqual(await text(post(`${base}/sell/sold-out-1`)), [200, 'sold out\n']);
  assert.deepEqual(await text(post(`${base}/sell/lamp`)), [200, 'SUCCESS: {"receipt":"12.50 EUR"}\n']);
  assert.deepEqual(await text(fetch(`${base}/ready`)), [200, '{"ready":true}']);
  assert.equal((await fetch(`${api}/openapi.json`)).status, 200);
  assert.equal((await post(`${api}/workflows/order/executions`, '{"input":{"id":"1"}}')).status, 422);

  const started = await post(`${api}/workflows/order/executions`, '{"input":{"id":"1","amount":5}}');
  assert.equal(started.status, 202);
  const body = '{"kind":"order","id":"2","amount":7}';
  const signature = createHmac('sha256', 'change-me').update(body).digest('hex');
  assert.equal((await post(`${api}/hooks/orders`, body, { 'X-Signature': 'forged' })).status, 401);
  assert.equal((await post(`${api}/hooks/orders`, body, { 'X-Signature': signature })).status, 202);
  const event = JSON.stringify({ name: 'order.placed', payload: { id: '3', amount: 9 } });
  assert.equal((await post(`${api}/events`, event)).status, 202);

  const receipts = ['5.00 EUR', '7.00 EUR', '9.00 EUR'];
  const deadline = Date.now() + 300_000;
  let found;
  do {
    await sleep(200);
    const { executions } = await get(`${api}/workflows/order/executions?status=SUCCESS`);
    const whole = await Promise.all(
      executions.map(({ workflow_exec_id: id }) => get(`${api}/executions/workflows/${id}`)),
    );
    found = whole.map(({ output }) => output.receipt).toSorted();
  } while (found.length < receipts.length && Date.now() < deadline);
  assert.deepEqual(found, receipts);

  // Lists of Temporal lag behind.
  let schedules;
  do {
    ({ schedules } = await get(`${api}/schedules`));
    if (schedules.length === 0) await sleep(200);
  } while (schedules.length === 0 && Date.now() < deadline);
  assert.deepEqual(
    schedules.map(({ workflow_id: id, enabled }) => [id, enabled]),
    [['report', true]],
  );
  const [, metrics] = await text(fetch(`${base}/metrics`));
  assert.match(metrics, /activities_total\{name="inStock"\} 2/);
}
