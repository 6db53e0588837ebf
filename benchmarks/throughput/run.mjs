// Starts of one workflow on one worker: with the Temporal client, through the HTTP API, and by events. All in one run on
// one server, in rounds that take turns, because the machine's speed changes from minute to minute.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { getTaskQueue, SEARCH_ATTRIBUTES } from '@compozy/core';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer } from '@compozy/dev-server';
import { createEventSender } from '@compozy/dispatcher';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    starts: { type: 'string', default: '300' },
    concurrency: { type: 'string', default: '32' },
    batch: { type: 'string', default: '25' },
    latencies: { type: 'string', default: '200' },
  },
});
const [ROUNDS, STARTS, CONCURRENCY] = [values.rounds, values.starts, values.concurrency].map(Number);
const [BATCH, LATENCIES] = [values.batch, values.latencies].map(Number);

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const dir = await mkdtemp(path.join(tmpdir(), 'compozy-throughput-'));
for (const file of ['compozy.yaml', 'greet.yaml']) await cp(path.join(import.meta.dirname, file), path.join(dir, file));
const server = await startDevServer({ log: console.log });
const host = await startHost();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const taskQueue = getTaskQueue('throughput');
const sender = createEventSender({ client, project: 'throughput', instance: 'bench' });

let next = 0;
/** Each takes how many runs it has to start, and gives their Workflow Ids. */
const ways = {
  'Temporal client': { size: 1, start: startByClient },
  'HTTP API': { size: 1, start: startByApi },
  [`events, ${BATCH} at a time`]: { size: BATCH, start: startByEvents },
};

async function startByClient() {
  const execId = `client-${(next += 1)}`;
  const workflowId = `greet-${execId}`;
  // With the memo and the search attributes that the engine gives a run, so that the server has the same to do.
  await client.workflow.start('greet', {
    workflowId,
    taskQueue,
    args: [{ workflow_id: 'greet', project: 'throughput', input: { name: 'Ann' }, trigger: { type: 'api' } }],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    memo: { compozy_exec_id: execId, compozy_project: 'throughput' },
    typedSearchAttributes: Object.entries({ execId, project: 'throughput', workflow: 'greet' }).map(
      ([name, value]) => ({
        key: defineSearchAttributeKey(SEARCH_ATTRIBUTES[name], 'KEYWORD'),
        value,
      }),
    ),
  });
  return [workflowId];
}

async function startByApi() {
  const response = await fetch(`${host.url}/workflows/greet/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { name: 'Ann' } }),
  });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return [`greet-${(await response.json()).exec_id}`];
}

async function startByEvents(count) {
  const events = Array.from({ length: count }, () => {
    return { name: 'arrived', payload: { name: 'Ann' }, eventId: `bench-${(next += 1)}` };
  });
  await sender.send(events);
  return events.map(
    ({ eventId }) => `greet-${eventExecId({ project: 'throughput', workflowId: 'greet', event: 'arrived', eventId })}`,
  );
}

const completed = async () =>
  (await client.workflow.count('WorkflowType = "greet" AND ExecutionStatus = "Completed"')).count;

/** Starts a second until all were accepted, and until all had ended. */
async function round({ size, start }) {
  const before = await completed();
  const begin = performance.now();
  let left = STARTS;
  await Promise.all(
    Array.from({ length: Math.ceil(CONCURRENCY / size) }, async () => {
      while (left > 0) {
        const count = Math.min(size, left);
        left -= count;
        await start(count);
      }
    }),
  );
  const accepted = performance.now() - begin;
  while ((await completed()) < before + STARTS) await wait(20);
  const ended = performance.now() - begin;
  return { accepted: (STARTS * 1000) / accepted, ended: (STARTS * 1000) / ended };
}

/** From the call to the answer, and to the start of the run by the clock of the server. */
async function latency({ start }) {
  const begin = Date.now();
  const from = performance.now();
  const [workflowId] = await start(1);
  const answer = performance.now() - from;
  for (;;) {
    const found = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    if (found !== undefined) return { answer, start: Math.max(0, found.startTime.getTime() - begin) };
    await wait(5);
  }
}

const names = Object.keys(ways);
const rotated = (by) => [...names.slice(by % names.length), ...names.slice(0, by % names.length)];
for (const name of names) await round(ways[name]);
const results = Object.fromEntries(names.map((name) => [name, []]));
for (let n = 0; n < ROUNDS; n += 1) for (const name of rotated(n)) results[name].push(await round(ways[name]));
const latencies = Object.fromEntries(names.map((name) => [name, []]));
for (let n = 0; n < LATENCIES; n += 1) for (const name of rotated(n)) latencies[name].push(await latency(ways[name]));

const quantile = (all, q) => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))];
const base = Object.fromEntries(
  ['accepted', 'ended'].map((key) => [
    key,
    quantile(
      results[names[0]].map((each) => each[key]),
      0.5,
    ),
  ]),
);
console.log(`\n${STARTS} starts at ${CONCURRENCY} in flight, medians of ${ROUNDS} rounds that take turns`);
for (const name of names) {
  const [accepted, ended] = ['accepted', 'ended'].map((key) =>
    quantile(
      results[name].map((each) => each[key]),
      0.5,
    ),
  );
  console.log(
    `${name.padEnd(24)} accepted ${accepted.toFixed(0).padStart(5)}/s x${(accepted / base.accepted).toFixed(2)}` +
      `   ended ${ended.toFixed(0).padStart(4)}/s x${(ended / base.ended).toFixed(2)}`,
  );
}
console.log(`\none at a time, ${LATENCIES} each: ms at the 50th / 95th / 99th percentile`);
for (const name of names) {
  const line = (key) =>
    [0.5, 0.95, 0.99]
      .map((q) =>
        quantile(
          latencies[name].map((each) => each[key]),
          q,
        ).toFixed(1),
      )
      .join(' / ');
  console.log(`${name.padEnd(24)} to the answer ${line('answer').padEnd(22)} to the start of the run ${line('start')}`);
}

host.child.kill('SIGTERM');
await once(host.child, 'exit');
await connection.close();
await server.stop();
await rm(dir, { recursive: true, force: true });

/** The host program with its SQLite store, as users run it. */
async function startHost() {
  const program = fileURLToPath(new URL('../bin/compozy-worker.js', import.meta.resolve('@compozy/worker')));
  const env = { ...process.env, COMPOZY_PROJECT_DIR: dir, TEMPORAL_HOST_PORT: server.address };
  const child = spawn(process.execPath, [program], {
    env: { ...env, SERVER_PORT: '0', HEALTH_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { message, port } = JSON.parse(line);
    if (message === 'worker ready') return { child, url: `http://127.0.0.1:${port}/api/v0` };
  }
  throw new Error('the worker ended');
}
