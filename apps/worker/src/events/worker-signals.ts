import { QueryNotRegisteredError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { CompozyError, GENERIC_WORKFLOW_TYPE, LISTENS_QUERY, type Json, type RunGateway } from '@compozy/core';
import type { Listening } from '@compozy/core/interpreter';
import type { OutgoingEvent, SentEvent } from '@compozy/dispatcher';
import { createExecId } from '../runs/exec-id.js';
import { signalIfOpen } from '../runs/run-gateway.js';

interface SignalTarget {
  /** Only runs and triggers of this workflow are considered. */
  readonly workflowId?: string;
  /** Only this run. */
  readonly workflowExecId?: string;
  /** The same id is heard once, and starts the same runs, once. A random one by default. */
  readonly eventId?: string;
}

/** An event, or a signal to one run; the second shape is that of the original engine. */
export type SignalRequest = SignalTarget &
  (
    | { readonly eventType: string; readonly data?: Json; readonly correlationId?: string }
    | { readonly name: string; readonly payload?: Json; readonly correlation_id?: string }
  );

export interface SignalSenderOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly runs: Pick<RunGateway, 'signalRun'>;
  /** Hands an event to the dispatcher. */
  readonly sendEvent: (event: OutgoingEvent) => Promise<SentEvent>;
}

/** Of workflows; nothing else goes into a query. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Runs that are asked at the same time whether they wait. */
const ASKED_AT_ONCE = 20;
/** A repeated signal is known to runs that ended within this time, too. */
const REMEMBERED_MS = 10 * 60_000;

/** Finds who a signal is for: one run, the runs of a workflow that wait for it, or whoever has a trigger of its name. */
export function createSignalSender({ client, taskQueue, runs, sendEvent }: SignalSenderOptions) {
  async function* candidates(workflowId: string, since: Date | undefined): AsyncGenerator<string> {
    const open = 'ExecutionStatus = "Running"';
    const states = since === undefined ? open : `(${open} OR CloseTime > "${since.toISOString()}")`;
    const types = `WorkflowType IN ("${workflowId}", "${GENERIC_WORKFLOW_TYPE}")`;
    const query = `TaskQueue = "${taskQueue}" AND ${types} AND ${states}`;
    for await (const { workflowId: temporalId } of client.workflow.list({ query })) yield temporalId;
  }

  async function ask(temporalId: string, question: [workflowId: string, name: string, id: string]): Promise<Listening> {
    try {
      return await client.workflow.getHandle(temporalId).query(LISTENS_QUERY, ...question);
    } catch (error) {
      // Lists lag behind: its history is gone. Or another workflow code runs it, of the user or of an earlier release.
      if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return 'no';
      throw error;
    }
  }

  /** Whether some run took it, now or before. */
  async function deliver(workflowId: string, name: string, payload: Json, signal: SignalId): Promise<boolean> {
    // Only who gave the id can send it again.
    const since = signal.isGiven ? new Date(Date.now() - REMEMBERED_MS) : undefined;
    const rest = candidates(workflowId, since);
    let isTaken = false;
    const lane = async () => {
      for await (const temporalId of rest) {
        const listening = await ask(temporalId, [workflowId, name, signal.id]);
        if (listening === 'no') continue;
        const envelope = { payload, metadata: { signal_id: signal.id, source: 'api' } };
        if (listening === 'heard' || (await signalIfOpen(client, temporalId, name, envelope))) isTaken = true;
      }
    };
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, lane));
    return isTaken;
  }

  return async (request: SignalRequest): Promise<SentEvent> => {
    const { name, payload, correlationId } = normalize(request);
    const { workflowId, workflowExecId, eventId = createExecId() } = request;
    if (typeof name !== 'string' || name === '') {
      throw new CompozyError('Input.Invalid', 'A signal needs a name: "eventType", a text that is not empty');
    }
    if (workflowExecId !== undefined) {
      await runs.signalRun(workflowExecId, { id: eventId, name, payload, source: 'api' });
      return { eventId, accepted: true };
    }
    const signal = { id: eventId, isGiven: request.eventId !== undefined };
    if (workflowId !== undefined && ID.test(workflowId) && (await deliver(workflowId, name, payload, signal))) {
      return { eventId, accepted: true };
    }
    return await sendEvent({
      name,
      payload,
      eventId,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(correlationId === undefined ? {} : { correlationId }),
    });
  };
}

interface SignalId {
  readonly id: string;
  readonly isGiven: boolean;
}

function normalize(request: SignalRequest) {
  if ('eventType' in request) {
    const { eventType: name, data: payload = null, correlationId } = request;
    return { name, payload, correlationId };
  }
  const { name, payload = null, correlation_id: correlationId } = request;
  return { name, payload, correlationId };
}
