import { createSchemaValidator } from '@compozy/core/schema';
import type { Context } from 'hono';
import type { JsonObject, Trigger } from '@compozy/core';
import { createExecId } from '../../runs/exec-id.js';
import type { ApiDependencies, RunReference } from '../api-dependencies.js';
import { API_BASE, callerName, type ApiApp, type ApiEnvironment } from '../api-environment.js';
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
import { checkStart } from '../check-start.js';
import { answerOnce } from '../idempotency.js';
import { ApiProblem } from '../problem.js';

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

interface StartBody {
  readonly input?: unknown;
  readonly task_id?: string | undefined;
  readonly correlation_id?: string | undefined;
}

/** Starts executions, once for each `Idempotency-Key`. */
export function addStartRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project, runs, store } = dependencies;
  const closing = dependencies.closing?.waits ?? new AbortController().signal;
  const validator = createSchemaValidator();

  const start = async (
    workflowId: string,
    body: StartBody,
    derivedId: string | undefined,
    requestId: string,
  ): Promise<RunReference> => {
    const input = (body.input ?? {}) as JsonObject;
    const taskId = body.task_id;
    checkStart(project, validator, { workflowId, input, ...(taskId === undefined ? {} : { taskId }) });
    const workflowExecId = derivedId ?? createExecId();
    const trigger: Trigger = { type: 'api', correlation_id: body.correlation_id ?? requestId };
    // An id that was derived may be there already: then an earlier try of the same request got this far.
    return await runs.start({
      workflowId,
      workflowExecId,
      input,
      trigger,
      ...(taskId === undefined ? {} : { initialTaskId: taskId }),
    });
  };

  app.openapi(startRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const body = context.req.valid('json');
    const request = await idempotentRequest(context, project.name, context.req.valid('header')['idempotency-key']);
    const answer = await answerOnce(store?.idempotency, request, async (derivedId) => {
      const run = await start(workflowId, body, derivedId, context.get('requestId'));
      return { status: 202, body: toStarted(run) };
    });
    const started = answer.body as ReturnType<typeof toStarted>;
    markAnswer(context, started.exec_url, answer.isReplay);
    return context.json(started, 202);
  });

  app.openapi(syncRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const { timeout = 60, ...body } = context.req.valid('json');
    const key = context.req.valid('header')['idempotency-key'];
    const request = { ...(await idempotentRequest(context, project.name, key)), waitMs: timeout * 1000 };
    const answer = await answerOnce(store?.idempotency, request, async (derivedId) => {
      const run = await start(workflowId, body, derivedId, context.get('requestId'));
      const signal = AbortSignal.any([closing, context.req.raw.signal]);
      const execution = await runs.wait(run, timeout * 1000, signal);
      if (execution === undefined) throw await stillRunning(runs, run, closing.aborted ? undefined : timeout);
      return {
        status: 200,
        body: { ...toStarted(run), output: execution.output, workflow: execution as unknown as JsonObject },
      };
    });
    const ended = answer.body as unknown as ReturnType<typeof toStarted> & {
      output: unknown;
      workflow: (typeof endedSchema)['_output']['workflow'];
    };
    markAnswer(context, ended.exec_url, answer.isReplay);
    return context.json(ended, 200);
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

/** `timeout` is `undefined` when it is the server that ends. */
async function stillRunning(runs: ApiDependencies['runs'], run: RunReference, timeout: number | undefined) {
  const started = toStarted(run);
  const goesOn = `execution "${run.workflowExecId}" goes on, ask for it at exec_url`;
  const execution = await runs
    .read(run)
    .then((view) => runs.whole(view))
    .catch(() => undefined);
  const options = {
    extensions: { ...started, ...(execution === undefined ? {} : { workflow: execution as unknown as JsonObject }) },
    headers: { location: started.exec_url },
  };
  return timeout === undefined
    ? new ApiProblem('Api.Unavailable', `The server stops; ${goesOn}`, options)
    : new ApiProblem('Api.TimedOut', `No end within ${timeout} s; ${goesOn}`, options);
}

async function idempotentRequest(context: Context<ApiEnvironment>, project: string, key: string | undefined) {
  const body = key === undefined ? new ArrayBuffer(0) : await context.req.arrayBuffer();
  return { key, body, scope: `${project}:${callerName(context)}:${context.req.path}` };
}

function markAnswer(context: Context<ApiEnvironment>, url: string, isReplay: boolean): void {
  context.header('location', url);
  if (isReplay) context.header('idempotent-replayed', 'true');
}
