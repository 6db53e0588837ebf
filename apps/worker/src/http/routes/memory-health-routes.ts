import { z } from '@hono/zod-openapi';
import type { MemoryDefinition } from '@compozy/core';
import { runHealthChecks } from '../../health/health-check.js';
import { listMemories } from '../../project/project-memories.js';
import type { ApiDependencies } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import { knownMemory } from '../known-memory.js';
import { memoryParams } from '../memory-schemas.js';
import { ApiProblem } from '../problem.js';

const memoryHealth = z
  .object({
    id: z.string(),
    type: z.string(),
    healthy: z.boolean().openapi({ description: 'Whether its store can be written and read' }),
  })
  .openapi('MemoryHealth');
const allHealth = z
  .object({ healthy: z.boolean(), memories: z.array(memoryHealth).readonly() })
  .openapi('MemoriesHealth');

const tags = ['memory'];

const allRoute = apiRoute(
  { method: 'get', path: `${API_BASE}/memory/health`, tags, summary: 'Whether the memories can be reached' },
  { 200: { description: 'Each of the project, by id', content: jsonContent(allHealth) } },
  [501],
);

const oneRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/memory/health/{memory_ref}`,
    tags,
    summary: 'Whether a memory can be reached',
    request: { params: memoryParams },
  },
  { 200: { description: 'The answer', content: jsonContent(memoryHealth) } },
  [404, 501],
);

/**
 * Looks at memories, whatever they hold. That the store is down is an answer here. To be added after the routes of one
 * memory, which may be called "health".
 */
export function addMemoryHealthRoutes(app: ApiApp, { project, memory: operations, onError }: ApiDependencies): void {
  /** All memories are in one store. */
  const isHealthy = async (requestId: string, path: string): Promise<boolean> => {
    if (operations === undefined) throw new ApiProblem('Api.NotConfigured', 'This server was given no memory');
    const report = await runHealthChecks([{ name: 'memory', check: () => operations.check() }]);
    const error = report.get('memory');
    if (error !== undefined) onError?.(error, { requestId, path });
    return error === undefined;
  };

  app.openapi(allRoute, async (context) => {
    const healthy = await isHealthy(context.get('requestId'), context.req.path);
    const memories = listMemories(project).map((memory) => toHealth(memory, healthy));
    return context.json({ healthy, memories }, 200);
  });

  app.openapi(oneRoute, async (context) => {
    const memory = knownMemory(project, context.req.valid('param').memory_ref);
    return context.json(toHealth(memory, await isHealthy(context.get('requestId'), context.req.path)), 200);
  });
}

function toHealth({ id, type }: MemoryDefinition, healthy: boolean): z.infer<typeof memoryHealth> {
  return { id, type, healthy };
}
