import { z } from '@hono/zod-openapi';
import { directRunId, type Json, type RunView, type WorkflowFilter, type WorkflowRecord } from '@compozy/core';
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
  taskParams,
  taskQuery,
  taskSchema,
  workflowParams,
} from '../api-schemas.js';
import { findExecution, storeOf, type ExecutionKind } from '../find-execution.js';
import { linkNext, readPage, wrongCursor } from '../link-next.js';
import { ApiProblem } from '../problem.js';

const EXECUTIONS = `${API_BASE}/executions`;
const tags = ['executions'];
const KINDS = ['workflows', 'tasks'] as const;

const getRoute = (kind: ExecutionKind) =>
  apiRoute(
    {
      method: 'get',
      path: `${EXECUTIONS}/${kind}/{exec_id}`,
      tags,
      summary: kind === 'tasks' ? 'An execution of one task, as it is now' : 'An execution as it is now',
      request: { params: executionParams },
    },
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
  {
    method: 'get',
    path: `${EXECUTIONS}/workflows`,
    tags,
    summary: 'Executions',
    description: 'Those of tasks that run alone too: their workflow_id is "task:" and the id of the task.',
    request: { query: anyExecutionQuery },
  },
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

const listOfTaskRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/tasks/{task_id}/executions`,
    tags,
    summary: 'Executions of a task that ran alone',
    request: { params: taskParams, query: executionQuery },
  },
  pageOfExecutions,
  [404, 501],
);

const tasksRoute = (kind: ExecutionKind) =>
  apiRoute(
    {
      method: 'get',
      path: `${EXECUTIONS}/${kind}/{exec_id}/tasks`,
      tags,
      summary: kind === 'tasks' ? 'The task of an execution, and what is inside of it' : 'Tasks of an execution',
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

const steeringRoute = (kind: ExecutionKind, action: Steering, summary: string) =>
  apiRoute(
    {
      method: 'post',
      path: `${EXECUTIONS}/${kind}/{exec_id}/${action}`,
      tags,
      summary,
      request: { params: executionParams },
    },
    { 200: { description: 'Asked for; the status follows', content: jsonContent(requestedSchema) } },
    [404, 409],
  );

const signalRoute = (kind: ExecutionKind) =>
  apiRoute(
    {
      method: 'post',
      path: `${EXECUTIONS}/${kind}/{exec_id}/signals`,
      tags,
      summary: 'Send a signal to an execution',
      request: { params: executionParams, body: { required: true, content: jsonContent(signalBodySchema) } },
    },
    { 200: { description: 'Handed over', content: jsonContent(requestedSchema) } },
    [404, 409, 413, 415],
  );

/** Reads executions and steers them. */
export function addExecutionRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project } = dependencies;

  const list = async (query: z.infer<typeof executionQuery>, workflowId?: string) => {
    const filter: WorkflowFilter = {
      project: project.name,
      limit: query.limit,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(query.status === undefined ? {} : { status: query.status }),
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

  app.openapi(listOfTaskRoute, async (context) => {
    const workflowId = directRunId('task', context.req.valid('param').task_id);
    findPlan(project, workflowId);
    const query = context.req.valid('query');
    const { items, nextCursor } = await list(query, workflowId);
    const page = linkNext(context, query.limit, nextCursor);
    return context.json({ executions: items.map(toSummary), page }, 200);
  });

  for (const kind of KINDS) addRoutesOf(kind, app, dependencies);
}

/** What can be done with one execution. */
function addRoutesOf(kind: ExecutionKind, app: ApiApp, dependencies: ApiDependencies): void {
  const { runs } = dependencies;

  app.openapi(getRoute(kind), async (context) => {
    const run = await findExecution(dependencies, context.req.valid('param').exec_id, kind);
    return context.json(toExecution(await runs.whole(await runs.read(run))), 200);
  });

  app.openapi(tasksRoute(kind), async (context) => {
    const run = await findExecution(dependencies, context.req.valid('param').exec_id, kind);
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
    const run = await findExecution(dependencies, execId, kind);
    if (run.open) return run;
    throw new ApiProblem('Api.Conflict', `Execution "${execId}" has ended`);
  };

  const steer = (action: Steering, summary: string) =>
    app.openapi(steeringRoute(kind, action, summary), async (context) => {
      const run = await open(context.req.valid('param').exec_id);
      await runs[action](run);
      return context.json(toRequested(run, action), 200);
    });
  steer('cancel', 'Cancel an execution');
  steer('pause', 'Pause an execution: what runs goes on, nothing new begins');
  steer('resume', 'Resume an execution that is paused');

  app.openapi(signalRoute(kind), async (context) => {
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
