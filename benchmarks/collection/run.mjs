// One run with a collection of many items, one tool call each: what it costs, and that the worker's memory stays flat.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';

const items = Number(process.argv[2] ?? 10_000);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const dir = await mkdtemp(path.join(tmpdir(), 'compozy-collection-'));
await writeFile(
  path.join(dir, 'compozy.yaml'),
  'name: collection\nworkflows: [{ source: ./workflow.yaml }]\ntools: [{ id: square }]\n',
);
await writeFile(
  path.join(dir, 'workflow.yaml'),
  `id: squares
tasks:
  - id: all
    type: collection
    items: "1..{{ .workflow.input.last }}"
    max_workers: 20
    task: { id: "s{{ .index }}", type: basic, tool: square, with: { n: "{{ .item }}" } }
outputs:
  last: "{{ .tasks.all.output.outputs.s${items - 1} }}"
  done: "{{ .tasks.all.output.progress_info.success_count }}"
`,
);
const server = await startDevServer({ log: console.log });
let calls = 0;
const memory = [];
const sample = () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  memory.push({ calls, rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 });
};
const square = ({ n }) => {
  calls += 1;
  if (calls % (items / 10) === 0) sample();
  return { n, square: n * n };
};
const project = await loadProject(dir);
const worker = await createWorker({ project, temporal: { hostPort: server.address }, tools: { square } });
await worker.setup();
const begin = performance.now();
const run = await worker.triggerWorkflow('squares', { last: items });
const view = await run.result();
const seconds = (performance.now() - begin) / 1000;
if (view.status !== 'SUCCESS' || view.output.last.square !== items * items)
  throw new Error(JSON.stringify(view.error ?? view.output));

const chain = await temporalRuns(run.temporalWorkflowId);
console.log(
  `${items} items in ${seconds.toFixed(1)} s (${Math.round(items / seconds)}/s), ${chain.length} Temporal runs`,
);
console.log(
  `history of each: ${chain.map(({ events, bytes }) => `${events} events, ${Math.round(bytes / 1024)} KiB`).join('; ')}`,
);
console.log('worker memory after garbage collection, MiB:');
for (const { calls: at, rss, heap } of memory)
  console.log(
    `  ${String(at).padStart(7)} items  rss ${rss.toFixed(0).padStart(5)}  heap ${heap.toFixed(0).padStart(5)}`,
  );
await worker.stop();
await server.stop();
await rm(dir, { recursive: true, force: true });

async function temporalRuns(workflowId) {
  const runs = [];
  for await (const execution of worker.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const described = await worker.client.workflow.getHandle(workflowId, execution.runId).describe();
    runs.unshift({ events: described.historyLength, bytes: described.historySize });
  }
  return runs;
}
