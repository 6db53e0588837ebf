import { z } from '@hono/zod-openapi';
import { runHealthChecks, type HealthReport } from '../../health/health-check.js';
import type { ApiDependencies } from '../api-dependencies.js';
import { HEALTH_PATH, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';

const state = z.enum(['up', 'down']);
const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    checks: z.record(z.string(), state).openapi({ example: { temporal: 'up', store: 'down' } }),
  })
  .openapi('Health');

const route = apiRoute(
  {
    method: 'get',
    path: HEALTH_PATH,
    tags: ['health'],
    summary: 'Whether everything that the worker needs answers; it needs no API key',
    security: [],
  },
  {
    200: { description: 'All of it does', content: jsonContent(health) },
    503: { description: 'Something does not', content: jsonContent(health) },
  },
);

/** An answer is given to all who ask within this time: who needs no key must not make work for others. */
const SHARED_MS = 1_000;

/** Says what is down, and only the log says why. */
export function addHealthRoute(app: ApiApp, { checks = [], onError }: ApiDependencies): void {
  let shared: Promise<HealthReport> | undefined;

  app.openapi(route, async (context) => {
    if (shared === undefined) {
      shared = runHealthChecks(checks);
      for (const error of (await shared).values()) {
        if (error !== undefined) onError?.(error, { requestId: context.get('requestId'), path: context.req.path });
      }
      setTimeout(() => (shared = undefined), SHARED_MS).unref();
    }
    const report = await shared;
    const states = [...report].map(([name, error]) => [name, error === undefined ? 'up' : 'down'] as const);
    const isHealthy = states.every(([, found]) => found === 'up');
    const status = isHealthy ? ('healthy' as const) : ('unhealthy' as const);
    return context.json({ status, checks: Object.fromEntries(states) }, isHealthy ? 200 : 503);
  });
}
