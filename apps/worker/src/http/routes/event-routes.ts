import { z } from '@hono/zod-openapi';
import type { DeadLetter, EventRecord, Json } from '@compozy/core';
import { deriveExecId, findPlan } from '@compozy/core/schema';
import { eventRowId } from '@compozy/dispatcher';
import { createExecId } from '../../runs/exec-id.js';
import type { Context } from 'hono';
import type { ApiDependencies, ApiEvent, ApiEvents } from '../api-dependencies.js';
import { API_BASE, callerName, type ApiApp, type ApiEnvironment } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import {
  deadLetterParams,
  deadLetterQuery,
  deadLetterSchema,
  eventBodySchema,
  eventParams,
  eventQuery,
  eventSchema,
  idempotencyHeader,
  pageSchema,
} from '../api-schemas.js';
import { storeOf } from '../find-execution.js';
import { linkNext, readPage } from '../link-next.js';
import { ApiProblem } from '../problem.js';
import { showAccepted } from '../show-accepted.js';

const tags = ['events'];
const acceptedSchema = z.object({ message: z.string(), event_id: z.string() }).openapi('AcceptedEvent');

const sendRoute = apiRoute(
  {
    method: 'post',
    path: `${API_BASE}/events`,
    tags,
    summary: 'Send an event to the workflows that listen for it',
    request: { headers: idempotencyHeader, body: { required: true, content: jsonContent(eventBodySchema) } },
  },
  { 202: { description: 'It cannot be lost any more', content: jsonContent(acceptedSchema) } },
  [404, 413, 415, 501],
);

const listRoute = apiRoute(
  { method: 'get', path: `${API_BASE}/events`, tags, summary: 'Events', request: { query: eventQuery } },
  {
    200: {
      description: 'Newest first',
      content: jsonContent(z.object({ events: z.array(eventSchema), page: pageSchema })),
    },
  },
  [501],
);

const getRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/events/{event_id}`,
    tags,
    summary: 'What became of an event',
    request: { params: eventParams },
  },
  { 200: { description: 'The event', content: jsonContent(eventSchema) } },
  [404, 501],
);

const listDeadRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/dead-letters`,
    tags,
    summary: 'Events that reached nobody',
    request: { query: deadLetterQuery },
  },
  {
    200: {
      description: 'Newest first',
      content: jsonContent(z.object({ dead_letters: z.array(deadLetterSchema), page: pageSchema })),
    },
  },
  [501],
);

const replayRoute = apiRoute(
  {
    method: 'post',
    path: `${API_BASE}/dead-letters/{id}/replay`,
    tags,
    summary: 'Send the event of a dead letter again',
    request: { params: deadLetterParams },
  },
  { 202: { description: 'Sent again', content: jsonContent(acceptedSchema) } },
  [404, 501],
);

/** Takes events in, and shows what became of them. */
export function addEventRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project, events } = dependencies;

  app.openapi(sendRoute, async (context) => {
    const sender = configured(events);
    const body = context.req.valid('json');
    if (body.workflow_id !== undefined) findPlan(project, body.workflow_id);
    const key = context.req.valid('header')['idempotency-key'];
    const payload = (body.payload ?? {}) as Json;
    const event: ApiEvent = {
      eventId: body.event_id ?? (key === undefined ? createExecId() : keyedId(context, project.name, key, body)),
      name: body.name,
      payload,
      correlationId: body.correlation_id ?? context.get('requestId'),
      source: 'api',
      ...(body.workflow_id === undefined ? {} : { workflowId: body.workflow_id }),
    };
    const { eventId } = event;
    await sender.send(event);
    await showAccepted(dependencies, event);
    return context.json({ message: 'event accepted', event_id: eventId }, 202);
  });

  app.openapi(listRoute, async (context) => {
    const { limit, cursor, status } = context.req.valid('query');
    const { items, nextCursor } = await readPage(
      storeOf(dependencies, 'lists of events').events.list({
        project: project.name,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(status === undefined ? {} : { status }),
      }),
    );
    return context.json({ events: items.map(toEvent), page: linkNext(context, limit, nextCursor) }, 200);
  });

  app.openapi(getRoute, async (context) => {
    const { event_id: eventId } = context.req.valid('param');
    const record = await storeOf(dependencies, 'events').events.get(project.name, eventRowId(eventId));
    if (record === undefined)
      throw new ApiProblem('Api.NotFound', `Project "${project.name}" has no event "${eventId}"`);
    return context.json(toEvent(record), 200);
  });

  app.openapi(listDeadRoute, async (context) => {
    const { limit, cursor, replayed } = context.req.valid('query');
    const { items, nextCursor } = await readPage(
      storeOf(dependencies, 'dead letters').deadLetters.list({
        project: project.name,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(replayed === undefined ? {} : { replayed: replayed === 'true' }),
      }),
    );
    return context.json({ dead_letters: items.map(toDeadLetter), page: linkNext(context, limit, nextCursor) }, 200);
  });

  app.openapi(replayRoute, async (context) => {
    const { id } = context.req.valid('param');
    const sent = await configured(events).replay(id);
    if (sent === undefined)
      throw new ApiProblem('Api.NotFound', `Project "${project.name}" has no dead letter "${id}"`);
    return context.json({ message: 'event accepted', event_id: sent.eventId }, 202);
  });
}

/**
 * An event is acted on once for its id, so that a key needs no note beside it. With another event the key means another
 * one: to take it for the first would lose it without a word.
 */
function keyedId(context: Context<ApiEnvironment>, project: string, key: string, event: object): string {
  return deriveExecId(`event:${project}\n${callerName(context)}\n${key}\n${JSON.stringify(event)}`);
}

function configured(events: ApiEvents | undefined): ApiEvents {
  if (events !== undefined) return events;
  throw new ApiProblem('Api.NotConfigured', 'This server has no dispatcher, so it takes no events');
}

function toEvent(record: EventRecord): z.infer<typeof eventSchema> {
  return {
    event_id: record.eventId,
    name: record.name,
    payload: record.payload,
    correlation_id: record.correlationId,
    source: record.source,
    status: record.status,
    started: record.started.map((run) => ({ workflow_id: run.workflowId, workflow_exec_id: run.workflowExecId })),
    error: record.error,
    accepted_at: record.acceptedAt,
    updated_at: record.updatedAt,
  };
}

function toDeadLetter(letter: DeadLetter): z.infer<typeof deadLetterSchema> {
  return {
    id: letter.id,
    event_id: letter.event.eventId,
    name: letter.event.name,
    payload: letter.event.payload,
    workflow_id: letter.workflowId,
    reason: letter.reason,
    at: letter.at,
    replayed_at: letter.replayedAt,
  };
}
