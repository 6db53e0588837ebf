import type { Context } from 'hono';
import type { JsonObject, RunView, Trigger } from '@compozy/core';
import { createExecId } from '../runs/exec-id.js';
import type { ApiDependencies, RunReference } from './api-dependencies.js';
import { callerName, type ApiEnvironment } from './api-environment.js';
import { answerOnce } from './idempotency.js';
import { ApiProblem } from './problem.js';
import { toStartProblem } from './to-start-problem.js';

/** What a request wants to be started. */
export interface StartWish {
  readonly workflowId: string;
  readonly input: JsonObject;
  readonly initialTaskId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** How the answers of a kind of start look. */
export interface StartForm<S extends JsonObject & { readonly exec_url: string }, E extends JsonObject> {
  started(run: RunReference): S;
  /** Beside what `started` has. */
  ended(execution: RunView): E;
  /** Where a problem document has the execution that goes on. */
  readonly executionMember: string;
}

export interface StartAnswers<S, E> {
  start(context: Context<ApiEnvironment>, wish: StartWish): Promise<S>;
  /** As `start`, and waits for the end. */
  startAndWait(context: Context<ApiEnvironment>, wish: StartWish, timeoutS: number): Promise<S & E>;
}

/** Starts executions, once for each `Idempotency-Key`, and answers with where they are. */
export function createStartAnswers<S extends JsonObject & { readonly exec_url: string }, E extends JsonObject>(
  dependencies: ApiDependencies,
  form: StartForm<S, E>,
): StartAnswers<S, E> {
  const { project, runs, store } = dependencies;
  const closing = dependencies.closing?.waits ?? new AbortController().signal;

  const begin = async (wish: StartWish, derivedId: string | undefined, requestId: string): Promise<RunReference> => {
    const { workflowId, input, initialTaskId } = wish;
    const trigger: Trigger = { type: 'api', correlation_id: wish.correlationId ?? requestId };
    // An id that was derived may be there already: then an earlier try of the same request got this far.
    const workflowExecId = derivedId ?? createExecId();
    const request = { workflowId, workflowExecId, input, trigger };
    try {
      return await runs.start({ ...request, ...(initialTaskId === undefined ? {} : { initialTaskId }) });
    } catch (error) {
      throw toStartProblem(error, workflowId);
    }
  };

  return {
    async start(context, wish) {
      const request = await idempotentRequest(context, project.name, wish.idempotencyKey);
      const answer = await answerOnce(store?.idempotency, request, async (derivedId) => {
        const run = await begin(wish, derivedId, context.get('requestId'));
        return { status: 202, body: form.started(run) };
      });
      const started = answer.body as S;
      markAnswer(context, started.exec_url, answer.isReplay);
      return started;
    },

    async startAndWait(context, wish, timeoutS) {
      const timeoutMs = timeoutS * 1000;
      const request = {
        ...(await idempotentRequest(context, project.name, wish.idempotencyKey)),
        waitMs: timeoutMs,
      };
      const answer = await answerOnce(store?.idempotency, request, async (derivedId) => {
        const run = await begin(wish, derivedId, context.get('requestId'));
        const signal = AbortSignal.any([closing, context.req.raw.signal]);
        const execution = await runs.wait(run, timeoutMs, signal);
        if (execution === undefined) throw await stillRunning(run, closing.aborted ? undefined : timeoutS);
        return { status: 200, body: { ...form.started(run), ...form.ended(execution) } };
      });
      const ended = answer.body as S & E;
      markAnswer(context, ended.exec_url, answer.isReplay);
      return ended;
    },
  };

  /** `timeoutS` is `undefined` when it is the server that ends. */
  async function stillRunning(run: RunReference, timeoutS: number | undefined): Promise<ApiProblem> {
    const started = form.started(run);
    const goesOn = `execution "${run.workflowExecId}" goes on, ask for it at exec_url`;
    const execution = await runs
      .read(run)
      .then((view) => runs.whole(view))
      .catch(() => undefined);
    const shown = execution === undefined ? {} : { [form.executionMember]: execution as unknown as JsonObject };
    const options = { extensions: { ...started, ...shown }, headers: { location: started.exec_url } };
    return timeoutS === undefined
      ? new ApiProblem('Api.Unavailable', `The server stops; ${goesOn}`, options)
      : new ApiProblem('Api.TimedOut', `No end within ${timeoutS} s; ${goesOn}`, options);
  }
}

async function idempotentRequest(context: Context<ApiEnvironment>, project: string, key: string | undefined) {
  const body = key === undefined ? new ArrayBuffer(0) : await context.req.arrayBuffer();
  return { key, body, scope: `${project}:${callerName(context)}:${context.req.path}` };
}

function markAnswer(context: Context<ApiEnvironment>, url: string, isReplay: boolean): void {
  context.header('location', url);
  if (isReplay) context.header('idempotent-replayed', 'true');
}
