import { z } from '@hono/zod-openapi';
import { findPlan } from '@compozy/core/schema';
import { directRunId, parseDirectRunId, type JsonObject, type Plan } from '@compozy/core';
import type { ApiDependencies, RunReference } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import {
  directTaskSchema,
  endedTaskSchema,
  executionUrl,
  idempotencyHeader,
  startedTaskSchema,
  startTaskBodySchema,
  startTaskSyncBodySchema,
  taskParams,
} from '../api-schemas.js';
import { createStartAnswers } from '../start-answers.js';

const TASK = `${API_BASE}/tasks/{task_id}`;
const tags = ['tasks'];
const location = { headers: { Location: { schema: { type: 'string' as const } } } };

const listRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/tasks`,
    tags,
    summary: 'Tasks that can run alone',
    description: 'Those that stand in files of their own. The tasks of a workflow run with it.',
  },
  { 200: { description: 'All of them', content: jsonContent(z.object({ tasks: z.array(directTaskSchema) })) } },
);

const getRoute = apiRoute(
  { method: 'get', path: TASK, tags, summary: 'A task with its schemas', request: { params: taskParams } },
  { 200: { description: 'The task', content: jsonContent(directTaskSchema) } },
  [404],
);

const startRoute = apiRoute(
  {
    method: 'post',
    path: `${TASK}/executions`,
    tags,
    summary: 'Run a task alone',
    request: { params: taskParams, headers: idempotencyHeader, body: { content: jsonContent(startTaskBodySchema) } },
  },
  { 202: { description: 'Started', content: jsonContent(startedTaskSchema), ...location } },
  [404, 409, 413, 415, 422, 501],
);

const syncRoute = apiRoute(
  {
    method: 'post',
    path: `${TASK}/executions/sync`,
    tags,
    summary: 'Run a task alone and wait for its end',
    description: 'A task that failed is an answer with that status in its state. After the timeout it goes on.',
    request: {
      params: taskParams,
      headers: idempotencyHeader,
      body: { content: jsonContent(startTaskSyncBodySchema) },
    },
  },
  { 200: { description: 'Ended', content: jsonContent(endedTaskSchema), ...location } },
  [404, 408, 409, 413, 415, 422, 501],
);

/** Tasks that stand in files of their own: reads them, and runs them alone, once for each `Idempotency-Key`. */
export function addTaskRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project } = dependencies;
  const find = (taskId: string) => findPlan(project, directRunId('task', taskId));
  const answers = createStartAnswers(dependencies, {
    started: toStarted,
    ended: (state) => ({ output: state.output, usage: state.usage, state: state as unknown as JsonObject }),
    executionMember: 'state',
  });
  const toWish = (taskId: string, body: z.infer<typeof startTaskBodySchema>, idempotencyKey: string | undefined) => ({
    workflowId: directRunId('task', taskId),
    input: (body.with ?? {}) as JsonObject,
    correlationId: body.correlation_id,
    idempotencyKey,
  });

  app.openapi(listRoute, (context) => context.json({ tasks: project.taskIds().map((id) => toTask(find(id))) }, 200));

  app.openapi(getRoute, (context) => context.json(toTask(find(context.req.valid('param').task_id)), 200));

  app.openapi(startRoute, async (context) => {
    const { task_id: taskId } = context.req.valid('param');
    const wish = toWish(taskId, context.req.valid('json'), context.req.valid('header')['idempotency-key']);
    return context.json(await answers.start(context, wish), 202);
  });

  app.openapi(syncRoute, async (context) => {
    const { task_id: taskId } = context.req.valid('param');
    const { timeout = 60, ...body } = context.req.valid('json');
    const wish = toWish(taskId, body, context.req.valid('header')['idempotency-key']);
    const ended = await answers.startAndWait(context, wish, timeout);
    return context.json(ended as unknown as z.infer<typeof endedTaskSchema>, 200);
  });
}

function toTask({ workflow, file, input, tasks: [task] }: Plan): z.infer<typeof directTaskSchema> {
  const { id, type, output } = task!;
  return {
    task_id: id,
    type,
    ...(workflow.description === undefined ? {} : { description: workflow.description }),
    file,
    with: { ...task!.with },
    input_schema: input ?? null,
    output_schema: output ?? null,
  };
}

function toStarted({ workflowId, workflowExecId }: RunReference) {
  return {
    task_id: parseDirectRunId(workflowId)?.id ?? workflowId,
    workflow_id: workflowId,
    workflow_exec_id: workflowExecId,
    exec_id: workflowExecId,
    exec_url: executionUrl(workflowExecId, 'tasks'),
  };
}
