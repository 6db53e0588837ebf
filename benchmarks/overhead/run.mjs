// Five sequential steps: as a YAML workflow with the tool in a process, with the tool as a function of the worker, and
// as a workflow written by hand. Interleaved in one run, because the machine's speed changes from minute to minute.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';
import { step } from './tools/step.js';

const ROUNDS = Number(process.argv[2] ?? 60);
const BLOCKS = Number(process.argv[3] ?? 8);
const PER_BLOCK = 32;
const IN_FLIGHT = 16;

Runtime.install({ logger: new DefaultLogger('ERROR') });
const dir = path.join(import.meta.dirname);
const cacheDir = await mkdtemp(path.join(tmpdir(), 'compozy-bench-'));
const server = await startDevServer({ log: console.log });
const project = await loadProject(dir);
const temporal = { hostPort: server.address };

const inProcesses = await createWorker({ project, cacheDir, temporal: { ...temporal, taskQueue: 'in-processes' } });
const inFunctions = await createWorker({
  project,
  cacheDir,
  temporal: { ...temporal, taskQueue: 'in-functions' },
  tools: { step },
});
await inProcesses.setup();
await inFunctions.setup();
const connection = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection });
const silent = new DefaultLogger('ERROR');
const { code } = await bundleWorkflowCode({ workflowsPath: path.join(dir, 'hand-written.js'), logger: silent });
const byHand = await Worker.create({
  connection,
  taskQueue: 'by-hand',
  workflowBundle: { code },
  activities: { step },
});
const running = byHand.run();

let next = 0;
const contenders = {
  'by hand': async () => {
    const handle = await client.workflow.start('handWritten', {
      taskQueue: 'by-hand',
      workflowId: `hand-${(next += 1)}`,
      args: [{ n: 1 }],
    });
    check(await handle.result());
    return handle;
  },
  'YAML, tool in a process': () => viaCompozy(inProcesses),
  'YAML, tool as a function': () => viaCompozy(inFunctions),
};

async function viaCompozy(worker) {
  // The client's own way, without what the command line adds: the same calls as by hand.
  const workflowId = `yaml-${(next += 1)}`;
  const handle = await client.workflow.start('five-steps', {
    taskQueue: worker.taskQueue,
    workflowId,
    args: [{ input: { n: 1 } }],
  });
  check((await handle.result()).output);
  return handle;
}

function check({ n }) {
  if (n !== 6) throw new Error(`wrong result: ${n}`);
}

const names = Object.keys(contenders);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
for (const name of names) for (let i = 0; i < 5; i += 1) await contenders[name]();

const latency = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const name of rotated(names, round)) {
    const begin = performance.now();
    await contenders[name]();
    latency[name].push(performance.now() - begin);
  }
}
const throughput = Object.fromEntries(names.map((name) => [name, []]));
for (let block = 0; block < BLOCKS; block += 1) {
  for (const name of rotated(names, block)) {
    const begin = performance.now();
    let left = PER_BLOCK;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        while ((left -= 1) >= 0) await contenders[name]();
      }),
    );
    throughput[name].push((PER_BLOCK * 1000) / (performance.now() - begin));
  }
}
const events = {};
for (const name of names) events[name] = (await (await contenders[name]()).fetchHistory()).events.length;

const base = names[0];
console.log(
  `\nlatency of one run (median of ${ROUNDS}), runs per second at ${IN_FLIGHT} in flight (median of ${BLOCKS} blocks of ${PER_BLOCK}), history events`,
);
for (const name of names) {
  const ms = median(latency[name]);
  const rate = median(throughput[name]);
  console.log(
    `${name.padEnd(26)} ${ms.toFixed(1).padStart(7)} ms  x${(ms / median(latency[base])).toFixed(3)}` +
      `   ${rate.toFixed(1).padStart(6)}/s  x${(median(throughput[base]) / rate).toFixed(3)}   ${String(events[name]).padStart(3)} events`,
  );
}

byHand.shutdown();
await running;
await inProcesses.stop();
await inFunctions.stop();
await connection.close();
await server.stop();
await rm(cacheDir, { recursive: true, force: true });

function rotated(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
