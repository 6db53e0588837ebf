// The state machine alone, without Temporal: what a step of it costs. Plans come from the files beside this one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { start, transition } from '@compozy/core/interpreter';
import { loadProject } from '@compozy/core/loader';

const STEPS = 10_000;
const ROUNDS = Number(process.argv[2] ?? 15);
const AIM_MS = 100;

const project = await loadProject(import.meta.dirname);
const context = (workflowId, input) => ({
  execId: '2xYbC5rD1nQmE8aKfLsVwTgHj0P',
  workflowId,
  project: project.name,
  at: Date.UTC(2026, 0, 1),
  seed: 'benchmark',
  input,
  trigger: { type: 'cli' },
});

console.log(`${STEPS} steps in one call of the machine, ${ROUNDS} rounds each, interleaved`);
const contenders = {
  'router and aggregate, in a loop': 'router-loop',
  'one task that comes back to itself': 'loop',
  'ten tasks in a ring': 'ring',
};
const results = new Map(Object.keys(contenders).map((name) => [name, { times: [], cpuTimes: [] }]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, id] of Object.entries(contenders)) {
    const { ms, cpuMs } = runSteps(id);
    results.get(name).times.push(ms);
    results.get(name).cpuTimes.push(cpuMs);
  }
}
// Apart from the times: a forced collection also throws away what the compiler has learned.
for (const [name, id] of Object.entries(contenders)) Object.assign(results.get(name), heapOf(id));
table(
  ['', 'minimum ms', 'median ms', 'of processor', 'µs a step (minimum, of processor)', 'heap', 'state'],
  [...results].map(([name, { times, cpuTimes, heap, stateBytes }]) => [
    name,
    Math.min(...times).toFixed(1),
    median(times).toFixed(1),
    median(cpuTimes).toFixed(1),
    `${perStep(Math.min(...times))}, ${perStep(median(cpuTimes))}`,
    `${(heap / 2 ** 20).toFixed(1)} MiB`,
    `${(stateBytes / 1024).toFixed(1)} KiB`,
  ]),
);
for (const [name, { times, cpuTimes }] of results) {
  const verdict = (ms) => (ms < AIM_MS ? 'under' : 'NOT under');
  const [least, middle, ofProcessor] = [Math.min(...times), median(times), median(cpuTimes)].map(verdict);
  console.log(`${name}: minimum ${least}, median ${middle}, median of processor time ${ofProcessor} ${AIM_MS} ms`);
}

console.log('\nchildren whose calls end one by one, an event each, at most 500 open at a time; processor time');
const rows = [];
for (const count of [1_000, 4_000]) {
  rows.push([`collection of ${count}`, ...eventTimes(project.workflows.get('children'), 'children', count)]);
  if (count <= 1_000) rows.push([`parallel of ${count}`, ...eventTimes(await parallelPlan(count), 'parallel', count)]);
}
table(['', 'events', 'ms in all', 'µs an event', 'first tenth', 'last tenth'], rows);

function runSteps(id) {
  const plan = project.workflows.get(id);
  const cpuBefore = process.threadCpuUsage();
  const begin = performance.now();
  const { state, commands } = start(context(id, { steps: STEPS }), plan);
  const ms = performance.now() - begin;
  const cpuMs = processorMs(cpuBefore);
  const output = commands.at(-1);
  // The task that ends the run is the one step more.
  const passes = Object.values(state.passes).reduce((total, count) => total + count, -1);
  if (output?.kind !== 'complete-run' || Number(output.output.n) !== STEPS || passes !== STEPS) {
    throw new Error(`${id} ended otherwise: ${passes} steps, ${JSON.stringify(state.failure ?? output)}`);
  }
  return { ms, cpuMs, state };
}

/** By how much the heap is larger after the steps, garbage included. */
function heapOf(id) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const { state } = runSteps(id);
  return { heap: process.memoryUsage().heapUsed - before, stateBytes: JSON.stringify(state).length };
}

/** Completes every call, in the order in which it was asked for. */
function eventTimes(plan, id, children) {
  const best = { ms: Infinity };
  for (let round = 0; round < 5; round += 1) {
    const queue = [];
    const times = [];
    let step = start(context(id, { children }), plan);
    queue.push(...step.commands);
    for (let i = 0; i < queue.length; i += 1) {
      const { kind, key, activity } = queue[i];
      if (kind !== 'run-activity') continue;
      const result = answer(activity);
      const event = { kind: 'activity-completed', key, result, attempts: 1, at: step.state.at + 1 };
      const before = process.threadCpuUsage();
      step = transition(plan, step.state, event);
      times.push(processorMs(before));
      queue.push(...step.commands);
    }
    if (step.state.status !== 'SUCCESS') throw new Error(JSON.stringify(step.state.failure ?? step.state.status));
    const ms = sum(times);
    if (ms < best.ms) Object.assign(best, { ms, times });
  }
  const tenth = Math.floor(best.times.length / 10);
  const each = (times) => `${((sum(times) * 1000) / times.length).toFixed(0)} µs`;
  return [
    String(best.times.length),
    best.ms.toFixed(1),
    each(best.times),
    each(best.times.slice(0, tenth)),
    each(best.times.slice(-tenth)),
  ];
}

/** What an activity would have given. */
function answer(activity) {
  if (activity === 'runTool') return { ok: true };
  return { $blob: 'ab'.repeat(32), bytes: 70_000, type: 'json' };
}

async function parallelPlan(count) {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-parallel-'));
  const tasks = Array.from({ length: count }, (_, n) => `{ id: c${n}, type: basic, tool: work, with: { n: ${n} } }`);
  const children = tasks.map((task) => `      - ${task}`).join('\n');
  await writeFile(
    path.join(dir, 'compozy.yaml'),
    'name: interpreter\nworkflows: [{ source: ./workflow.yaml }]\ntools: [{ id: work }]\n',
  );
  await writeFile(
    path.join(dir, 'workflow.yaml'),
    `id: parallel\ntasks:\n  - id: all\n    type: parallel\n    max_workers: 500\n    tasks:\n${children}\n`,
  );
  const { workflows } = await loadProject(dir);
  await rm(dir, { recursive: true, force: true });
  return workflows.get('parallel');
}

function table(head, body) {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column].length)));
  for (const row of [head, ...body]) {
    console.log(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
    );
  }
}

/** Time that this thread was on a processor: other programs on the machine hardly count. */
function processorMs(before) {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function perStep(ms) {
  return ((ms * 1000) / STEPS).toFixed(1);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
