import { setTimeout as sleep } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';
import type { RunView } from '@compozy/core';
import { streamSSE } from 'hono/streaming';
import type { ApiDependencies } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute } from '../api-route.js';
import { digits, executionParams } from '../api-schemas.js';
import { findExecution, type ExecutionKind } from '../find-execution.js';
import { ApiProblem } from '../problem.js';
import { createRunChanges, parsePosition } from '../run-changes.js';
import { createSharedReads } from '../share-reads.js';

/** A comment in this interval keeps proxies from closing a silent stream. */
const PING_MS = 15_000;
/** Reads that fail in a row end the stream; the listener comes back with the last id. */
const MAX_FAILURES = 5;
/** Of one caller, so that nobody can take all that there are. */
const DEFAULT_MAX_STREAMS = 250;
/** Of one server; each holds a connection. */
const MAX_LISTENERS = 1_000;
const RETRY = { 'retry-after': '5' };

const streamRoute = (kind: ExecutionKind) =>
  apiRoute(
    {
      method: 'get',
      path: `${API_BASE}/executions/${kind}/{exec_id}/stream`,
      tags: ['executions'],
      summary: 'Changes of an execution as server-sent events',
      description:
        'Events: workflow_status, task_status and, last, complete. Each holds the whole state of what it is about. With Last-Event-ID, tasks that ended before are left out; open ones are told again.',
      request: {
        params: executionParams,
        headers: z.object({ 'last-event-id': z.string().max(100).optional() }),
        query: z.strictObject({ poll_ms: digits(250, 2000, 500) }),
      },
    },
    { 200: { description: 'The stream', content: { 'text/event-stream': { schema: z.unknown() } } } },
    [404],
  );

/** Watches a run for one listener, until the run or the connection ends. */
export function addStreamRoute(app: ApiApp, dependencies: ApiDependencies): void {
  const { runs, maxStreams = DEFAULT_MAX_STREAMS } = dependencies;
  const closing = dependencies.closing?.streams ?? new AbortController().signal;
  const shared = createSharedReads(runs);
  for (const kind of ['workflows', 'tasks'] as const)
    app.openapi(streamRoute(kind), async (context) => {
      // On a connection that is kept: an empty stream would bring its listener back at once, and hold up the end.
      if (closing.aborted) throw new ApiProblem('Api.Unavailable', 'The server stops; connect again');
      const execId = context.req.valid('param').exec_id;
      const { poll_ms: pollMs } = context.req.valid('query');
      const changes = createRunChanges(parsePosition(context.req.valid('header')['last-event-id']));
      if (shared.watchers >= MAX_LISTENERS) {
        throw new ApiProblem('Api.Unavailable', `This server has ${MAX_LISTENERS} listeners; try again later`, {
          headers: RETRY,
        });
      }
      const caller = context.get('caller');
      if (maxStreams > 0 && shared.watchersOf(caller) >= maxStreams) {
        const detail = `${maxStreams} streams at a time are allowed; end one, or try again later`;
        throw new ApiProblem('Api.TooManyRequests', detail, { headers: RETRY });
      }
      const watched = shared.watch(execId, caller);
      let execution: RunView;
      try {
        // The first read decides between 200 and a problem.
        execution = await runs.read(await findExecution(dependencies, execId, kind));
      } catch (error) {
        watched[Symbol.dispose]();
        throw error;
      }
      context.header('cache-control', 'no-cache, no-transform');
      context.header('x-accel-buffering', 'no');
      if (context.req.method === 'HEAD') {
        // Hono answers HEAD with the head of GET; a body that nobody reads would never end.
        watched[Symbol.dispose]();
        return context.body(null, 200, { 'content-type': 'text/event-stream' });
      }
      return streamSSE(context, async (stream) => {
        using reading = watched;
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
            execution = (await reading.read(pollMs / 2)) ?? execution;
            failures = 0;
          } catch (error) {
            failures += 1;
            if (failures < MAX_FAILURES) continue;
            dependencies.onError?.(error, { requestId: context.get('requestId'), path: context.req.path });
            return;
          }
        }
      });
    });
}
