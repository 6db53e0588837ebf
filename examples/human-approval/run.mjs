// Plays the story and checks how it ends: exit code 0, or what was wrong and 1.
import assert from 'node:assert/strict';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createInProcessStore, createMemory } from '@compozy/memory';
import { createWorker } from '@compozy/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const project = await loadProject(import.meta.dirname);
const server = await startDevServer();
try {
  // Kept in the process, so that each time the story is played the audit begins empty.
  const memory = createMemory({ store: createInProcessStore() });
  const worker = await createWorker({ project, temporal: { hostPort: server.address }, memory });
  try {
    await worker.setup();
    await Promise.all([approved(worker), rejected(worker), forgotten(worker)]);
  } finally {
    await worker.stop();
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await server.stop();
}

async function approved(worker) {
  const run = await worker.triggerWorkflow('expense', { employee: 'Ann', amount: 240, purpose: 'a train to Ulm' });
  const { workflowExecId } = run;
  const answer = (data) => worker.sendSignal({ workflowExecId, eventType: 'approval', data });
  await answer({ by: 'Ann', role: 'manager', ok: true }); // nobody approves an expense of their own
  await until('the first reminder', async () => (await run.view())?.tasks.remind?.status === 'SUCCESS');
  await answer({ by: 'Ruth', role: 'manager', ok: true, note: 'have a good trip' });
  const output = await outputOf(run);
  show('Ann', output);
  assert.equal(output.outcome, 'approved');
  assert.equal(output.paid, '240 EUR');
  assert.ok(Number(output.reminders) >= 1, 'the approver was reminded');
  assert.deepEqual(lines(output), ['240.00 EUR for a train to Ulm: approved by Ruth (have a good trip)']);
}

async function rejected(worker) {
  const run = await worker.triggerWorkflow('expense', { employee: 'Bob', amount: 4_000, purpose: 'a sofa' });
  const { workflowExecId } = run;
  const answer = (data) => worker.sendSignal({ workflowExecId, eventType: 'approval', data });
  await answer({ by: 'Ruth', role: 'manager', ok: true }); // too much for a manager
  await answer({ by: 'Finn', role: 'finance', ok: false, note: 'no more sofas' });
  const output = await outputOf(run);
  show('Bob', output);
  assert.equal(output.outcome, 'rejected');
  assert.equal(output.paid, '0 EUR');
  assert.deepEqual(lines(output), ['4000.00 EUR for a sofa: rejected by Finn (no more sofas)']);
}

async function forgotten(worker) {
  const run = await worker.triggerWorkflow('expense', { employee: 'Cid', amount: 12.5, purpose: 'cake' });
  const output = await outputOf(run);
  show('Cid', output);
  assert.equal(output.outcome, 'expired');
  assert.equal(output.reminders, '2');
  assert.deepEqual(lines(output), ['12.50 EUR for cake: nobody answered']);
}

/** What the run gave; where it did not succeed, why. */
async function outputOf(run) {
  const { status, output, error } = await run.result();
  assert.equal(status, 'SUCCESS', `${run.workflowId} ended ${status}: ${error?.code}: ${error?.message}`);
  return output;
}

function lines({ audit }) {
  return audit.map(({ content }) => content);
}

function show(employee, output) {
  const { outcome, paid, reminders } = output;
  console.log(`${employee}: ${outcome}, paid ${paid}, reminders ${reminders}; audit: ${lines(output).join(' | ')}`);
}

async function until(what, holds) {
  const end = Date.now() + 120_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} did not come within 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
