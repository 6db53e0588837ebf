// One run with a collection of many items: what it costs, and that the worker's memory stays flat. Each kind of work in
// a process of its own: expressions only, a function of the worker for each item, and calls that run one by one.
//   node --expose-gc benchmarks/collection/run.mjs [items] [kind]
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';

/** The fewest items of a large collection: what memory is compared with. */
const FEW = 1_001;
const KINDS = {
  expressions: {
    title: 'expressions only',
    items: 100_000,
    task: '{ id: "s{{ .index }}", type: aggregate, outputs: { n: "{{ .item }}", square: "{{ mul .item .item }}" } }',
  },
  tool: {
    title: 'a call of a function for each item, in batches',
    items: 100_000,
    task: '{ id: "s{{ .index }}", type: basic, tool: square, with: { n: "{{ .item }}" } }',
  },
  single: {
    title: 'a call that may not be made twice for each item, one by one',
    items: 10_000,
    task: '{ id: "s{{ .index }}", type: basic, tool: once, with: { n: "{{ .item }}" } }',
  },
};

const [, program, given, only] = process.argv;
if (only === undefined) {
  for (const [kind, { items }] of Object.entries(KINDS)) {
    const count = given === undefined ? items : Number(given);
    execFileSync(process.execPath, ['--expose-gc', program, String(count), kind], { stdio: 'inherit' });
  }
} else await measure(KINDS[only], Number(given));

async function measure({ title, task }, items) {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-collection-'));
  await writeFile(
    path.join(dir, 'compozy.yaml'),
    'name: collection\nworkflows: [{ source: ./workflow.yaml }]\ntools: [{ id: square }, { id: once, idempotent: false }]\n',
  );
  await writeFile(
    path.join(dir, 'workflow.yaml'),
    `id: squares
tasks:
  - id: all
    type: collection
    items: "1..{{ .workflow.input.last }}"
    max_workers: 20
    task: ${task}
outputs:
  last: '{{ $all := .tasks.all.output.outputs }}{{ (index $all (printf "s%d" (sub .workflow.input.last 1))).square }}'
  done: "{{ .tasks.all.output.progress_info.success_count }}"
`,
  );
  const server = await startDevServer();
  const square = ({ n }) => ({ n, square: n * n });
  const project = await loadProject(dir);
  const worker = await createWorker({
    project,
    temporal: { hostPort: server.address },
    tools: { square, once: square },
  });
  await worker.setup();
  try {
    await runOnce(worker, FEW);
    const few = memory();
    let highest = 0;
    const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss() / 2 ** 20)), 200);
    const { seconds, chain } = await runOnce(worker, items);
    clearInterval(timer);
    const many = memory();
    console.log(`\n${items} items, ${title}: ${seconds.toFixed(1)} s (${Math.round(items / seconds)}/s)`);
    console.log(`${chain.length} Temporal runs; history of each:`);
    for (const { events, bytes } of chain) console.log(`  ${events} events, ${Math.round(bytes / 1024)} KiB`);
    console.log('memory of the worker after garbage collection, MiB:');
    for (const [count, { heap, rss }] of [
      [FEW, few],
      [items, many],
    ])
      console.log(
        `  after ${String(count).padStart(7)} items  heap ${heap.toFixed(0).padStart(4)}  resident ${rss.toFixed(0).padStart(4)}`,
      );
    console.log(`  resident at most, meanwhile ${highest.toFixed(0)}`);
  } finally {
    await worker.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function runOnce(worker, items) {
  const begin = performance.now();
  const run = await worker.triggerWorkflow('squares', { last: items });
  const view = await run.result();
  const seconds = (performance.now() - begin) / 1000;
  if (view.status !== 'SUCCESS' || Number(view.output.last) !== items * items || Number(view.output.done) !== items)
    throw new Error(JSON.stringify(view.error ?? view.output));
  return { seconds, chain: await temporalRuns(worker, run.temporalWorkflowId) };
}

function memory() {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
}

async function temporalRuns(worker, workflowId) {
  const runs = [];
  for await (const execution of worker.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const described = await worker.client.workflow.getHandle(workflowId, execution.runId).describe();
    runs.unshift({ events: described.historyLength, bytes: described.historySize });
  }
  return runs;
}
