import type { z } from '@hono/zod-openapi';
import type { JsonObject } from '@compozy/core';
import type { ApiDependencies, RunReference } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import {
  endedSchema,
  executionUrl,
  idempotencyHeader,
  startBodySchema,
  startedSchema,
  startSyncBodySchema,
  workflowParams,
} from '../api-schemas.js';
import { createStartAnswers } from '../start-answers.js';

const location = { headers: { Location: { schema: { type: 'string' as const } } } };

const startRoute = apiRoute(
  {
    method: 'post',
    path: `${API_BASE}/workflows/{workflow_id}/executions`,
    tags: ['executions'],
    summary: 'Start an execution',
    request: { params: workflowParams, headers: idempotencyHeader, body: { content: jsonContent(startBodySchema) } },
  },
  { 202: { description: 'Started', content: jsonContent(startedSchema), ...location } },
  [404, 409, 413, 415, 422, 501],
);

const syncRoute = apiRoute(
  {
    method: 'post',
    path: `${API_BASE}/workflows/{workflow_id}/executions/sync`,
    tags: ['executions'],
    summary: 'Start an execution and wait for its end',
    description: 'An execution that failed is an answer with that status. After the timeout it goes on.',
    request: {
      params: workflowParams,
      headers: idempotencyHeader,
      body: { content: jsonContent(startSyncBodySchema) },
    },
  },
  { 200: { description: 'Ended', content: jsonContent(endedSchema), ...location } },
  [404, 408, 409, 413, 415, 422, 501],
);

/** Starts executions of workflows, once for each `Idempotency-Key`. */
export function addStartRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const answers = createStartAnswers(dependencies, {
    started: toStarted,
    ended: (execution) => ({ output: execution.output, workflow: execution as unknown as JsonObject }),
    executionMember: 'workflow',
  });
  const toWish = (workflowId: string, body: z.infer<typeof startBodySchema>, idempotencyKey: string | undefined) => ({
    workflowId,
    input: (body.input ?? {}) as JsonObject,
    initialTaskId: body.task_id,
    correlationId: body.correlation_id,
    idempotencyKey,
  });

  app.openapi(startRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const wish = toWish(workflowId, context.req.valid('json'), context.req.valid('header')['idempotency-key']);
    return context.json(await answers.start(context, wish), 202);
  });

  app.openapi(syncRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const { timeout = 60, ...body } = context.req.valid('json');
    const wish = toWish(workflowId, body, context.req.valid('header')['idempotency-key']);
    const ended = await answers.startAndWait(context, wish, timeout);
    return context.json(ended as unknown as z.infer<typeof endedSchema>, 200);
  });
}

function toStarted({ workflowId, workflowExecId }: RunReference) {
  return {
    workflow_id: workflowId,
    workflow_exec_id: workflowExecId,
    exec_id: workflowExecId,
    exec_url: executionUrl(workflowExecId),
  };
}
