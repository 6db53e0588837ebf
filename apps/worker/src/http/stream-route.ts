import { setTimeout as sleep } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import type { ApiDependencies } from './api-dependencies.js';
import { API_BASE, type ApiApp } from './api-environment.js';
import { apiRoute } from './api-route.js';
import { executionParams } from './api-schemas.js';
import { findExecution } from './find-execution.js';
import { ApiProblem } from './problem.js';
import { createRunChanges, parsePosition } from './run-changes.js';

/** A comment in this interval keeps proxies from closing a silent stream. */
const PING_MS = 15_000;
/** Reads that fail in a row end the stream; the listener comes back with the last id. */
const MAX_FAILURES = 5;

const streamRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/executions/workflows/{exec_id}/stream`,
    tags: ['executions'],
    summary: 'Changes of an execution as server-sent events',
    description:
      'Events: workflow_status, task_status and, last, complete. Each holds the whole state of what it is about. With Last-Event-ID, tasks that ended before are left out; open ones are told again.',
    request: {
      params: executionParams,
      headers: z.object({ 'last-event-id': z.string().max(100).optional() }),
      query: z.strictObject({ poll_ms: z.coerce.number().int().min(250).max(2000).default(500) }),
    },
  },
  { 200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } } },
  [404],
);

/** Watches a run for one listener, until the run or the connection ends. */
export function addStreamRoute(app: ApiApp, dependencies: ApiDependencies): void {
  const { runs } = dependencies;
  const closing = dependencies.closing?.streams ?? new AbortController().signal;
  app.openapi(streamRoute, async (context) => {
    // On a connection that is kept: an empty stream would bring its listener back at once, and hold up the end.
    if (closing.aborted) throw new ApiProblem('Api.Unavailable', 'The server stops; connect again');
    const execId = context.req.valid('param').exec_id;
    const { poll_ms: pollMs } = context.req.valid('query');
    const changes = createRunChanges(parsePosition(context.req.valid('header')['last-event-id']));
    // The first read decides between 200 and a problem.
    let run = await findExecution(dependencies, execId);
    let execution = await runs.read(run);
    context.header('cache-control', 'no-cache, no-transform');
    context.header('x-accel-buffering', 'no');
    return streamSSE(context, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const over = AbortSignal.any([closing, gone.signal]);
      let writtenAt = performance.now();
      for (let failures = 0; !over.aborted;) {
        for (const change of changes.next(execution)) {
          const { event, id } = change;
          const data = change.event === 'task_status' ? change.data : await runs.whole(change.data);
          await stream.writeSSE({ event, id, data: JSON.stringify(data) });
          writtenAt = performance.now();
          if (event === 'complete') return;
        }
        if (performance.now() - writtenAt >= PING_MS) {
          await stream.write(': ping\n\n');
          writtenAt = performance.now();
        }
        await sleep(pollMs, undefined, { signal: over }).catch(() => undefined);
        if (over.aborted) return;
        try {
          run = (await runs.find(execId)) ?? run;
          execution = await runs.read(run);
          failures = 0;
        } catch (error) {
          failures += 1;
          if (failures >= MAX_FAILURES) throw error;
        }
      }
    });
  });
}
