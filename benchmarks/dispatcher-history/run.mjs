// What a dispatcher leaves in Temporal's history: one that is idle for `--days 7`, with every beat and every look for
// dead instances that its worker makes in that time, as fast as they go; and one that gets `--events 100000`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createDispatcherWatch, createEventSender, STATUS_QUERY } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createWorker } from '@compozy/worker';

const { values } = parseArgs({
  options: { days: { type: 'string', default: '7' }, events: { type: 'string', default: '100000' } },
});
/** How often a worker beats and looks. */
const INTERVAL_MS = 10_000;
const TURNS = Math.round((Number(values.days) * 24 * 3_600_000) / INTERVAL_MS);
/** Watches of the one instance, to be through sooner. */
const SIDE_BY_SIDE = 4;
const EVENTS = Number(values.events);
const BATCH = 100;
const BATCHES_IN_FLIGHT = 4;
const PROJECT = 'chaos';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
Runtime.install({ logger: new DefaultLogger('ERROR') });
const dir = await mkdtemp(path.join(tmpdir(), 'compozy-history-'));
const server = await startDevServer({ log: console.log, dynamicConfig: { 'frontend.namespaceRPS': 100_000 } });
// Without a disk: what a beat costs there is not the question.
const store = createSqliteStore({ path: ':memory:' });
const project = await loadProject(path.join(import.meta.dirname, '../dispatcher'));
const worker = await createWorker({
  project,
  store,
  cacheDir: dir,
  instanceId: 'idle',
  temporal: { hostPort: server.address },
});
await worker.setup();
const { client, taskQueue } = worker;

/** Each run of the chain that continue-as-new makes, oldest first. */
async function historiesOf(workflowId) {
  const runs = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { historyLength, historySize, startTime } = await client.workflow.getHandle(workflowId, runId).describe();
    runs.push({ events: historyLength, bytes: historySize ?? 0, startTime });
  }
  return runs.toSorted((a, b) => a.startTime - b.startTime);
}

async function idle() {
  const watched = counted(store);
  const begin = performance.now();
  const watches = Array.from({ length: SIDE_BY_SIDE }, () =>
    createDispatcherWatch({
      client,
      project: PROJECT,
      instance: 'idle',
      taskQueue,
      intervalMs: 0,
      store: watched,
      onError: (error) => watched.errors.push(error),
    }),
  );
  await Promise.all(watches.map((watch) => watch.start()));
  for (let told = 0; watched.looks < TURNS; await wait(50)) {
    if (watched.looks - told < 10_000) continue;
    told = watched.looks;
    console.log(`${told} of ${TURNS} beats and looks`);
  }
  await Promise.all(watches.map((watch) => watch.stop()));
  const seconds = (performance.now() - begin) / 1000;
  const [run, ...others] = await historiesOf(worker.dispatcherId);
  console.log(
    `idle for ${values.days} days: ${watched.looks} beats and looks in ${seconds.toFixed(0)} s, ${watched.errors.length} failed; ` +
      `${1 + others.length} Temporal run of ${run.events} events, ${run.bytes} bytes`,
  );
  return watched.errors.length === 0 && others.length === 0 && run.events < 20;
}

/** The store, with a count of what a watch asks it. */
function counted(inner) {
  const counts = { looks: 0, errors: [] };
  const heartbeats = {
    ...inner.heartbeats,
    async listAlive(prefix) {
      counts.looks += 1;
      return await inner.heartbeats.listAlive(prefix);
    },
  };
  return Object.assign(counts, { heartbeats, leases: inner.leases });
}

async function busy() {
  // One dispatcher for all of them: it goes on as a new run, not its sender to another epoch.
  const sender = createEventSender({
    client,
    project: PROJECT,
    instance: 'busy',
    taskQueue,
    maxSignalsPerEpoch: Number.MAX_SAFE_INTEGER,
  });
  const begin = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: BATCHES_IN_FLIGHT }, async () => {
      while (next < EVENTS) {
        const from = next;
        next += BATCH;
        // Nobody listens: what is measured is the dispatcher, not the runs.
        const batch = Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_, n) => {
          return { name: 'order.lost', payload: { n: from + n }, eventId: `history-${from + n}` };
        });
        await sender.send(batch);
      }
    }),
  );
  const handle = client.workflow.getHandle(sender.dispatcherId);
  let status;
  do {
    await wait(200);
    status = await handle.query(STATUS_QUERY);
  } while (status.pending > 0);
  const seconds = (performance.now() - begin) / 1000;
  const runs = await historiesOf(sender.dispatcherId);
  const most = (key) => Math.max(...runs.map((run) => run[key]));
  console.log(
    `${EVENTS} events: ${status.dead} accepted and settled in ${seconds.toFixed(0)} s (${(EVENTS / seconds).toFixed(0)} a second); ` +
      `${runs.length} Temporal runs, the longest ${most('events')} events, the largest ${(most('bytes') / 1024).toFixed(0)} KiB`,
  );
  await sender.retire();
  return status.dead === EVENTS && most('events') < 21_000;
}

const bounded = [await idle(), await busy()];
await worker.stop();
await store.close();
await server.stop();
await rm(dir, { recursive: true, force: true });
process.exitCode = bounded.every(Boolean) ? 0 : 1;
