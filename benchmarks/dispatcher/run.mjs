// Two workers on one project, events sent through them and from outside, workers killed (kill -9) and restarted at
// random, on one SQLite store. Counts what came of each event, and what the store shows of it. `--minutes 5
// --events 10000` is the long form.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { getTaskQueue } from '@compozy/core';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer } from '@compozy/dev-server';
import { createEventSender, dispatcherId, STATUS_QUERY } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, events: { type: 'string', default: '2000' } },
});
const EVENTS = Number(values.events);
const DURATION_MS = Number(values.minutes) * 60_000;
const PROJECT = 'chaos';
const WORKFLOWS = ['bill', 'greet'];
/** Events that are given to a worker right before it is killed. */
const BURST = 20;
const REPEATED_EVERY = 10;
/** Events that no workflow listens for. */
const UNHEARD_EVERY = 50;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const between = (from, to) => from + Math.random() * (to - from);
const cacheDir = await mkdtemp(path.join(tmpdir(), 'compozy-chaos-'));
const server = await startDevServer({ log: console.log });
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const ingress = createEventSender({ client, project: PROJECT });

let started = 0;
const slots = [];
const killed = [];
const takeOvers = [];
const acceptedBy = new Map();
let resent = 0;

async function startWorker(slot) {
  const instance = `w${(started += 1)}`;
  const child = fork(path.join(import.meta.dirname, 'worker.mjs'), [server.address, instance, cacheDir]);
  const worker = { child, instance, ready: false, answers: new Map() };
  slots[slot] = worker;
  child.on('message', ({ ready, index, error }) => {
    if (ready) worker.ready = true;
    else worker.answers.get(index)?.(error);
  });
  // Who waits for a dead worker has no answer, and sends the event again.
  child.once('exit', () => {
    worker.ready = false;
    for (const answer of worker.answers.values()) answer('the worker died');
  });
  while (!worker.ready && child.exitCode === null && child.signalCode === null) await wait(50);
}

/** Undefined when the event was accepted. */
function sendThrough(worker, index) {
  return new Promise((resolve) => {
    worker.answers.set(index, (error) => {
      worker.answers.delete(index);
      resolve(error);
    });
    worker.child.send({ index, event: eventOf(index) }, (error) => error && worker.answers.get(index)?.(error.message));
  });
}

function isHeard(index) {
  return index % UNHEARD_EVERY !== 1;
}

function eventOf(index) {
  return { name: isHeard(index) ? 'order.placed' : 'order.lost', payload: { n: index }, eventId: `order-${index}` };
}

/** As a careful sender does: the same event, until somebody takes it. */
async function send(index, preferred) {
  for (let attempt = 0; ; attempt += 1) {
    const alive = slots.filter((worker) => worker?.ready);
    const worker = attempt === 0 && preferred?.ready ? preferred : alive[index % 4];
    const error =
      worker === undefined
        ? await ingress.send([eventOf(index)]).then(
            () => undefined,
            (failure) => failure.message,
          )
        : await sendThrough(worker, index);
    if (error === undefined) {
      acceptedBy.set(index, { instance: worker?.instance, at: Date.now() });
      return;
    }
    resent += 1;
    await wait(100);
  }
}

let next = 0;
const sending = new Set();
function launch(index, preferred) {
  const sent = send(index, preferred).then(() => (index % REPEATED_EVERY === 0 ? send(index) : undefined));
  sending.add(sent);
  void sent.finally(() => sending.delete(sent));
  return sent;
}

const begin = Date.now();
const over = () => Date.now() - begin > DURATION_MS;

async function sendAll() {
  for (; next < EVENTS;) {
    const due = Math.min(EVENTS, Math.ceil(((Date.now() - begin) / DURATION_MS) * EVENTS));
    while (next < due && sending.size < 100) launch(next++);
    await wait(20);
  }
  await Promise.all(sending);
}

/** A query needs a worker that has the dispatcher, so this is when another one had taken it over and was through. */
async function watchOrphan(death) {
  const orphan = client.workflow.getHandle(dispatcherId(PROJECT, { instance: death.instance, epoch: 0 }));
  for (;;) {
    const status = await orphan.query(STATUS_QUERY).catch(() => undefined);
    if (status?.pending === 0) break;
    await wait(100);
  }
  death.emptyAfterMs = Date.now() - death.at;
}

async function killAtRandom() {
  while (!over()) {
    await wait(between(1_000, 5_000));
    const slot = Math.floor(Math.random() * slots.length);
    const victim = slots[slot];
    if (!victim?.ready || over()) continue;
    const last = [];
    for (let n = 0; n < BURST && next < EVENTS; n += 1) last.push(launch(next++, victim));
    // Dies with some of them accepted and not all started.
    await Promise.race([Promise.all(last), wait(between(5, 60))]);
    victim.child.kill('SIGKILL');
    const death = { instance: victim.instance, at: Date.now() };
    killed.push(death);
    takeOvers.push(watchOrphan(death));
    await once(victim.child, 'exit');
    await wait(between(0, 2_000));
    await startWorker(slot);
  }
}

console.log(`${EVENTS} events in ${values.minutes} min, each for ${WORKFLOWS.length} workflows; two workers`);
await Promise.all([startWorker(0), startWorker(1)]);
await Promise.all([sendAll(), killAtRandom()]);
console.log(`sent after ${((Date.now() - begin) / 1000).toFixed(0)} s; waiting for the last runs`);

const ours = `TaskQueue = "${getTaskQueue(PROJECT)}"`;
const runsQuery = `${ours} AND WorkflowType IN (${WORKFLOWS.map((id) => `"${id}"`).join(', ')})`;
const heard = Array.from({ length: EVENTS }, (_, index) => index).filter(isHeard);
const expected = heard.length * WORKFLOWS.length;
await untilThere(runsQuery);
// Lists page by time, and one that ends meanwhile would be on two pages or on none.
await untilThere(`${runsQuery} AND ExecutionStatus = "Completed"`);

const runs = new Map();
const seen = new Set();
let extra = 0;
for await (const { workflowId, runId, startTime } of client.workflow.list({ query: runsQuery })) {
  if (seen.has(runId)) continue;
  seen.add(runId);
  if (runs.has(workflowId)) extra += 1;
  runs.set(workflowId, startTime.getTime());
}
const startsOf = (index) =>
  WORKFLOWS.flatMap((workflowId) => {
    const run = { project: PROJECT, workflowId, event: 'order.placed', eventId: `order-${index}` };
    return runs.get(`${workflowId}-${eventExecId(run)}`) ?? [];
  });
let known = 0;
let lost = 0;
for (const index of heard) {
  const found = startsOf(index).length;
  known += found;
  lost += WORKFLOWS.length - found;
}
// Whatever has the id of no event was started for one under another id.
const duplicates = extra + (runs.size - known);

console.log(
  `sent        ${EVENTS} events (${resent} times without an answer and sent again, ${Math.ceil(EVENTS / REPEATED_EVERY)} twice on purpose)`,
);
console.log(`started     ${known} of ${expected} runs`);
console.log(`lost        ${lost}`);
console.log(`duplicates  ${duplicates}`);
console.log(`killed      ${killed.length} workers`);
await Promise.all(takeOvers);
for (const { instance, at, emptyAfterMs } of killed) {
  const left = [...acceptedBy].filter(
    ([index, by]) => by.instance === instance && Math.max(...startsOf(index), 0) > at,
  );
  const empty = (emptyAfterMs / 1000).toFixed(1);
  console.log(`  ${instance} died with ${left.length} accepted events not started; they were ${empty} s later`);
}
const seconds = killed.map(({ emptyAfterMs }) => emptyAfterMs / 1000).toSorted((a, b) => a - b);
if (seconds.length > 0) {
  const median = seconds[Math.floor(seconds.length / 2)];
  console.log(`from death to processed: median ${median.toFixed(1)} s, longest ${seconds.at(-1).toFixed(1)} s`);
}
// The row of a run is written as it ends, and by the reconciler where that could not be.
const store = createSqliteStore({ path: path.join(cacheDir, 'store.db') });
let rows = { events: {}, executions: {} };
for (let attempt = 0; attempt < 90; attempt += 1) {
  rows = {
    events: await countRows((page) => store.events.list({ project: PROJECT, limit: 500, ...page })),
    executions: await countRows((page) => store.workflows.list({ project: PROJECT, limit: 500, ...page })),
  };
  if (rows.executions.SUCCESS === expected) break;
  await wait(1_000);
}
const letters = await countRows((page) => store.deadLetters.list({ project: PROJECT, limit: 500, ...page }));
const unheard = EVENTS - heard.length;
console.log(
  `in the store ${rows.events.processed ?? 0} of ${heard.length} events processed, ${rows.events.dead ?? 0} of ${unheard} dead, ` +
    `${letters.undefined ?? 0} dead letters; ${rows.executions.SUCCESS ?? 0} of ${expected} executions`,
);
const isShown =
  rows.events.processed === heard.length &&
  rows.events.dead === unheard &&
  letters.undefined === unheard &&
  rows.executions.SUCCESS === expected;
await store.close();

let longest = 0;
for await (const { workflowId, runId } of client.workflow.list({
  query: `${ours} AND WorkflowType = "DispatcherWorkflow"`,
})) {
  const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
  longest = Math.max(longest, historyLength);
}
console.log(`longest history of a dispatcher: ${longest} events`);

for (const { child } of slots) {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
await connection.close();
await server.stop();
await rm(cacheDir, { recursive: true, force: true });
process.exitCode = lost === 0 && duplicates === 0 && isShown ? 0 : 1;

/** Waits for as many as there have to be, or until no more come. */
async function untilThere(query) {
  let [count, stillFor] = [-1, 0];
  while (stillFor < 60) {
    const now = (await client.workflow.count(query)).count;
    stillFor = now === count ? stillFor + 1 : 0;
    count = now;
    if (now === expected && stillFor >= 3) break;
    await wait(1_000);
  }
}

/** How many there are of each status; dead letters have none. */
async function countRows(list) {
  const counts = {};
  let cursor;
  do {
    const page = await list(cursor === undefined ? {} : { cursor });
    for (const { status } of page.items) counts[status] = (counts[status] ?? 0) + 1;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return counts;
}
