import type { z, RouteConfig } from '@hono/zod-openapi';
import type { JsonObject, MemoryOperation } from '@compozy/core';
import { toMemoryCall } from '@compozy/core/memory';
import type { Context } from 'hono';
import { createExecId } from '../../runs/exec-id.js';
import type { ApiDependencies } from '../api-dependencies.js';
import { API_BASE, type ApiApp, type ApiEnvironment } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import { idempotencyHeader } from '../api-schemas.js';
import { answerOnce } from '../idempotency.js';
import { knownMemory } from '../known-memory.js';
import {
  clearBody,
  deleteBody,
  flushBody,
  healthQuery,
  memoryAnswers,
  type MemoryAnswer,
  memoryParams,
  messagesBody,
  readQuery,
  statsQuery,
} from '../memory-schemas.js';
import { ApiProblem } from '../problem.js';

const tags = ['memory'];

const look = <O extends 'read' | 'health' | 'stats', Q extends z.ZodObject>(operation: O, summary: string, query: Q) =>
  apiRoute(
    { method: 'get', path: pathOf(operation), tags, summary, request: { params: memoryParams, query } },
    { 200: { description: 'The answer', content: jsonContent(memoryAnswers[operation]) } },
    [404, 422, 501],
  );

const change = <O extends 'write' | 'append' | 'delete' | 'flush' | 'clear', B extends z.ZodObject>(
  operation: O,
  summary: string,
  body: B,
) =>
  apiRoute(
    {
      method: 'post',
      path: pathOf(operation),
      tags,
      summary,
      request: {
        params: memoryParams,
        headers: idempotencyHeader,
        body: { required: true, content: jsonContent(body) },
      },
    } satisfies Omit<RouteConfig, 'responses'>,
    { 200: { description: 'Done', content: jsonContent(memoryAnswers[operation]) } },
    [404, 409, 413, 415, 422, 501],
  );

function pathOf(operation: MemoryOperation): string {
  return `${API_BASE}/memory/{memory_ref}/${operation}`;
}

/** What of a request becomes an option of the operation; the names are those of the language. */
const OPTIONS = {
  strategy: 'strategy',
  threshold: 'threshold',
  force: 'force',
  dry_run: 'dryRun',
  include_stats: 'includeStats',
  check_connectivity: 'checkConnectivity',
  include_content: 'includeContent',
  group_by: 'groupBy',
  backup: 'backup',
} as const;

/** Looks into the conversations of the project's memories, and changes them, as memory tasks do. */
export function addMemoryRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const { project, memory: operations, store } = dependencies;

  const execute = async <O extends MemoryOperation>(
    operation: O,
    ref: string,
    { key, messages, ...rest }: Readonly<Record<string, unknown>>,
    callId: string = createExecId(),
  ): Promise<MemoryAnswer<O>> => {
    if (operations === undefined) {
      throw new ApiProblem('Api.NotConfigured', 'This server was given no memory');
    }
    const options = Object.entries(OPTIONS).flatMap(([name, option]) => {
      const value = rest[name];
      return value === undefined ? [] : [[option, value === 'true' ? true : value === 'false' ? false : value]];
    });
    const origin = { project: project.name, execId: callId, taskKey: `api/${operation}` };
    const request = { key, payload: messages ?? null, options: Object.fromEntries(options) } as JsonObject;
    const call = toMemoryCall({ memory: knownMemory(project, ref), operation, origin }, request);
    return (await operations.execute(call)) as MemoryAnswer<O>;
  };

  const executeOnce = async <O extends MemoryOperation>(
    context: Context<ApiEnvironment>,
    operation: O,
    ref: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<MemoryAnswer<O>> => {
    const key = context.req.header('idempotency-key');
    const scope = `${project.name}:${context.get('caller')}:${context.req.path}`;
    const request = { key, scope, body: key === undefined ? new ArrayBuffer(0) : await context.req.arrayBuffer() };
    const answer = await answerOnce(store?.idempotency, request, async (derivedId) => {
      const result = await execute(operation, ref, body, derivedId);
      return { status: 200, body: result as unknown as JsonObject };
    });
    if (answer.isReplay) context.header('idempotent-replayed', 'true');
    return answer.body as unknown as MemoryAnswer<O>;
  };

  app.openapi(look('read', 'Messages of a conversation, oldest first', readQuery), async (context) => {
    const { limit, offset, ...query } = context.req.valid('query');
    const found = await execute('read', context.req.valid('param').memory_ref, query);
    return context.json({ ...found, messages: found.messages.slice(offset, offset + limit) }, 200);
  });
  app.openapi(
    look('health', 'Whether a memory can be reached, and how full a conversation is', healthQuery),
    async (context) =>
      context.json(await execute('health', context.req.valid('param').memory_ref, context.req.valid('query')), 200),
  );
  app.openapi(look('stats', 'Counts of a conversation', statsQuery), async (context) =>
    context.json(await execute('stats', context.req.valid('param').memory_ref, context.req.valid('query')), 200),
  );

  app.openapi(change('write', 'Replace a conversation', messagesBody), async (context) =>
    context.json(
      await executeOnce(context, 'write', context.req.valid('param').memory_ref, context.req.valid('json')),
      200,
    ),
  );
  app.openapi(change('append', 'Add messages to a conversation', messagesBody), async (context) =>
    context.json(
      await executeOnce(context, 'append', context.req.valid('param').memory_ref, context.req.valid('json')),
      200,
    ),
  );
  app.openapi(change('delete', 'Remove a conversation', deleteBody), async (context) =>
    context.json(
      await executeOnce(context, 'delete', context.req.valid('param').memory_ref, context.req.valid('json')),
      200,
    ),
  );
  app.openapi(change('flush', 'Make room in a conversation', flushBody), async (context) =>
    context.json(
      await executeOnce(context, 'flush', context.req.valid('param').memory_ref, context.req.valid('json')),
      200,
    ),
  );
  app.openapi(change('clear', 'Remove the messages of a conversation', clearBody), async (context) =>
    context.json(
      await executeOnce(context, 'clear', context.req.valid('param').memory_ref, context.req.valid('json')),
      200,
    ),
  );
}
