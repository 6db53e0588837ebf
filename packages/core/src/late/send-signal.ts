import { toErrorView, toFailureRecord } from '../errors/failure.js';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { BlobStore } from '../ports/blob-store.js';
import type { RunGateway } from '../ports/run-gateway.js';
import type { SendSignalInput } from '../protocol/activities.js';
import type { SchemaValidator } from '../schema/json-schema.js';
import { routeEvent } from '../schema/route-event.js';
import { renderLate } from './render-late.js';

export interface SignalSending {
  readonly plans: Iterable<Plan>;
  readonly blobs: BlobStore;
  readonly validator: SchemaValidator;
  readonly runs: RunGateway;
}

/**
 * D-36: starts every workflow with that trigger, or speaks to one run, and tells which. A second attempt starts and
 * says nothing twice: the ids depend on the sending task.
 *
 * @throws `Signal.NoSuchRun`, and the codes of templates and blobs.
 */
export async function sendSignal(call: SendSignalInput, sending: SignalSending): Promise<Json> {
  const { origin, name, workflowExecId, at, seed } = call;
  const { plans, blobs, validator, runs } = sending;
  // No secrets: what is sent becomes part of another run's history.
  const payload = await renderLate(call.payload, { blobs, env: {}, at, seed });
  const eventId = `${origin.execId}/${origin.taskKey}`;
  const sent = { signal_dispatched: true, signal_id: name };
  if (workflowExecId !== undefined) {
    await runs.signalRun(workflowExecId, { id: eventId, name, payload, source: 'task' });
    return { ...sent, workflow_exec_id: workflowExecId };
  }
  const source = `task:${origin.workflowId}`;
  const { correlationId } = call;
  const { starts, rejected } = routeEvent({ name, payload, eventId, correlationId, source }, plans, validator);
  for (const start of starts) await runs.startRun(start);
  return {
    ...sent,
    started: starts.map((start) => ({ workflow_id: start.workflowId, workflow_exec_id: start.workflowExecId })),
    rejected: rejected.map(({ workflowId, error }) => ({
      workflow_id: workflowId,
      error: toErrorView(toFailureRecord(error)),
    })),
  };
}
