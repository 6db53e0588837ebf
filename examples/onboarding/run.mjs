// Plays the story and checks how it ends: exit code 0, or what was wrong and 1.
import assert from 'node:assert/strict';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createSqliteStore } from '@compozy/store';
import { createWorker } from '@compozy/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const project = await loadProject(import.meta.dirname);
const server = await startDevServer();
const store = createSqliteStore({ path: ':memory:' });
try {
  const worker = await createWorker({ project, temporal: { hostPort: server.address }, store });
  try {
    await worker.setup();
    await newUser(worker);
    await brokenEvent(worker);
  } finally {
    await worker.stop();
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await store.close();
  await server.stop();
}

async function newUser(worker) {
  const event = {
    name: 'user.created',
    eventId: 'user-1',
    correlationId: 'sign-up-1',
    payload: { name: 'Ada', email: 'ada@example.com', plan: 'team' },
  };
  await worker.sendEvent(event);
  await worker.sendEvent(event); // sent twice, started once
  const { started, correlationId } = await eventThatIs('processed', event.eventId);
  console.log(`event user-1 (${correlationId}) started: ${names(started)}`);
  assert.equal(names(started), 'onboard');

  const onboard = await outputOf(worker.run('onboard', started[0].workflowExecId));
  const outputs = {};
  for (const { workflow_id: id, workflow_exec_id: execId } of onboard.started) {
    outputs[id] = await outputOf(worker.run(id, execId));
    console.log(`account.ready started ${id}: ${JSON.stringify(outputs[id])}`);
  }
  assert.deepEqual(outputs, {
    welcome: { to: 'ada@example.com', subject: 'Welcome, Ada' },
    trial: { account_id: onboard.account_id, limits: { seats: 25, days: 30 } },
  });
  const { items } = await store.workflows.list({ project: project.name, workflowId: 'onboard', limit: 10 });
  assert.equal(items.length, 1, 'the event was sent twice and must start one run');
}

async function brokenEvent(worker) {
  const payload = { name: 'Bob', email: 'not an address' };
  await worker.sendEvent({ name: 'user.created', eventId: 'user-2', payload });
  await eventThatIs('dead', 'user-2');
  const { items } = await store.deadLetters.list({ project: project.name, limit: 10 });
  for (const { id, reason } of items) console.log(`dead letter ${id}: ${reason.code}: ${reason.message}`);
  assert.equal(items.length, 1);
  const [{ event, workflowId, reason }] = items;
  assert.deepEqual(event.payload, payload);
  assert.equal(workflowId, 'onboard');
  assert.equal(reason.code, 'Input.Invalid');
}

/** What the run gave; where it did not succeed, why. */
async function outputOf(run) {
  const { status, output, error } = await run.result();
  assert.equal(status, 'SUCCESS', `${run.workflowId} ended ${status}: ${error?.code}: ${error?.message}`);
  return output;
}

/** The event as the store shows it, once it has come that far. */
async function eventThatIs(status, eventId) {
  const end = Date.now() + 120_000;
  for (;;) {
    const event = await store.events.get(project.name, eventId);
    if (event?.status === status) return event;
    assert.ok(Date.now() < end, `event ${eventId} is ${event?.status ?? 'not there'} after 120 s, and not ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function names(started) {
  return started.map(({ workflowId }) => workflowId).join(', ');
}
