import { z } from '@hono/zod-openapi';
import type { Json, RunView, Status, WorkflowFilter, WorkflowRecord } from '@compozy/core';
import { findPlan } from '@compozy/core/schema';
import type { ApiDependencies, RunReference } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import {
  anyExecutionQuery,
  executionParams,
  executionQuery,
  executionSchema,
  executionSummarySchema,
  pageSchema,
  requestedSchema,
  signalBodySchema,
  taskQuery,
  taskSchema,
  workflowParams,
} from '../api-schemas.js';
import { findExecution, storeOf } from '../find-execution.js';
import { linkNext, readPage, wrongCursor } from '../link-next.js';
import { ApiProblem } from '../problem.js';

const EXECUTIONS = `${API_BASE}/executions/workflows`;
const EXECUTION = `${EXECUTIONS}/{exec_id}`;
const tags = ['executions'];

const getRoute = apiRoute(
  { method: 'get', path: EXECUTION, tags, summary: 'An execution as it is now', request: { params: executionParams } },
  { 200: { description: 'The execution with its tasks', content: jsonContent(executionSchema) } },
  [404],
);

const pageOfExecutions = {
  200: {
    description: 'Newest start first',
    content: jsonContent(z.object({ executions: z.array(executionSummarySchema), page: pageSchema })),
  },
};

const listRoute = apiRoute(
  { method: 'get', path: EXECUTIONS, tags, summary: 'Executions', request: { query: anyExecutionQuery } },
  pageOfExecutions,
  [501],
);

const listOfWorkflowRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/workflows/{workflow_id}/executions`,
    tags,
    summary: 'Executions of a workflow',
    request: { params: workflowParams, query: executionQuery },
  },
  pageOfExecutions,
  [404, 501],
);

const tasksRoute = apiRoute(
  {
    method: 'get',
    path: `${EXECUTION}/tasks`,
    tags,
    summary: 'Tasks of an execution',
    request: { params: executionParams, query: taskQuery },
  },
  {
    200: {
      description: 'In the order in which they started',
      content: jsonContent(z.object({ tasks: z.array(taskSchema), page: pageSchema })),
    },
  },
  [404],
);

type Steering = 'cancel' | 'pause' | 'resume';

const steeringRoute = (action: Steering, summary: string) =>
  apiRoute(
    { method: 'post', path: `${EXECUTION}/${action}`, tags, summary, request: { params: executionParams } },
    { 200: { description: 'Asked for; the status follows', content: jsonContent(requestedSchema) } },
    [404, 409],
  );

const signalRoute = apiRoute(
  {
    method: 'post',
    path: `${EXECUTION}/signals`,
    tags,
    summary: 'Send a signal to an execution',
    request: { params: executionParams, body: { required: true, content: jsonContent(signalBodySchema) } },
  },
  { 200: { description: 'Handed over', content: jsonContent(requestedSchema) } },
  [404, 409, 413, 415],
);

/** Reads executions and steers them. */
export function addExecutionRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project, runs } = dependencies;

  app.openapi(getRoute, async (context) => {
    const run = await findExecution(dependencies, context.req.valid('param').exec_id);
    return context.json(toExecution(await runs.whole(await runs.read(run))), 200);
  });

  const list = async (query: z.infer<typeof executionQuery>, workflowId?: string) => {
    const filter: WorkflowFilter = {
      project: project.name,
      limit: query.limit,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(query.status === undefined ? {} : { status: query.status.split(',') as Status[] }),
      ...(query.started_from === undefined ? {} : { startedFrom: toUtc(query.started_from) }),
      ...(query.started_before === undefined ? {} : { startedBefore: toUtc(query.started_before) }),
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    };
    return await readPage(storeOf(dependencies, 'lists of executions').workflows.list(filter));
  };

  app.openapi(listRoute, async (context) => {
    const query = context.req.valid('query');
    const { items, nextCursor } = await list(query, query.workflow_id);
    const page = linkNext(context, query.limit, nextCursor);
    return context.json({ executions: items.map(toSummary), page }, 200);
  });

  app.openapi(listOfWorkflowRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    findPlan(project, workflowId);
    const query = context.req.valid('query');
    const { items, nextCursor } = await list(query, workflowId);
    const page = linkNext(context, query.limit, nextCursor);
    return context.json({ executions: items.map(toSummary), page }, 200);
  });

  app.openapi(tasksRoute, async (context) => {
    const run = await findExecution(dependencies, context.req.valid('param').exec_id);
    const { limit, cursor } = context.req.valid('query');
    const tasks = Object.entries((await runs.read(run)).tasks).toSorted(([, a], [, b]) =>
      (a.started_at ?? '').localeCompare(b.started_at ?? ''),
    );
    const from = cursor === undefined ? 0 : tasks.findIndex(([, task]) => task.task_exec_id === cursor) + 1;
    if (cursor !== undefined && from === 0) throw wrongCursor();
    const items = tasks.slice(from, from + limit);
    const nextCursor = from + limit < tasks.length ? items.at(-1)?.[1].task_exec_id : undefined;
    const page = linkNext(context, limit, nextCursor);
    return context.json({ tasks: items.map(([path, task]): TaskBody => ({ path, ...task })), page }, 200);
  });

  const open = async (execId: string): Promise<RunReference> => {
    const run = await findExecution(dependencies, execId);
    if (run.open) return run;
    throw new ApiProblem('Api.Conflict', `Execution "${execId}" has ended`);
  };

  const steer = (action: Steering, summary: string) =>
    app.openapi(steeringRoute(action, summary), async (context) => {
      const run = await open(context.req.valid('param').exec_id);
      await runs[action](run);
      return context.json(toRequested(run, action), 200);
    });
  steer('cancel', 'Cancel an execution');
  steer('pause', 'Pause an execution: what runs goes on, nothing new begins');
  steer('resume', 'Resume an execution that is paused');

  app.openapi(signalRoute, async (context) => {
    const run = await open(context.req.valid('param').exec_id);
    const { signal_name: name, payload = null } = context.req.valid('json');
    await runs.signal(run, name, payload as Json);
    return context.json(toRequested(run, `signal ${name}`), 200);
  });
}

type TaskBody = z.infer<typeof taskSchema>;

function toExecution(execution: RunView): z.infer<typeof executionSchema> {
  return { ...execution };
}

/** The store compares texts, so that a time has to have milliseconds. */
function toUtc(time: string): string {
  return new Date(time).toISOString();
}

function toRequested(run: RunReference, requested: string) {
  return { workflow_id: run.workflowId, workflow_exec_id: run.workflowExecId, requested };
}

function toSummary(record: WorkflowRecord): z.infer<typeof executionSummarySchema> {
  return {
    workflow_id: record.workflowId,
    workflow_exec_id: record.workflowExecId,
    status: record.status,
    input: record.input,
    output: record.output,
    error: record.error,
    usage: record.usage,
    trigger: { ...record.trigger },
    started_at: record.startedAt,
    ended_at: record.endedAt,
    updated_at: record.updatedAt,
  };
}
