import { z } from '@hono/zod-openapi';
import { runHealthChecks, type HealthCheck, type HealthReport, type HealthWarning } from '../../health/health-check.js';
import type { ApiDependencies } from '../api-dependencies.js';
import { HEALTH_PATH, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';

const state = z.enum(['up', 'down']);
const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    checks: z.record(z.string(), state).openapi({ example: { temporal: 'up', store: 'down' } }),
    warnings: z
      .array(z.object({ name: z.string().openapi({ example: 'retention' }), since: z.iso.datetime() }))
      .optional()
      .openapi({ description: 'What somebody should look at although everything answers; the log says more' }),
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

interface Found {
  readonly report: HealthReport;
  readonly warnings: readonly HealthWarning[];
}

/** Says what is down, and only the log says why. */
export function addHealthRoute(app: ApiApp, { checks = [], warnings, onError }: ApiDependencies): void {
  let shared: Promise<Found> | undefined;

  async function look(): Promise<Found> {
    let found: readonly HealthWarning[] = [];
    const reading: HealthCheck = { name: '', check: async () => void (found = (await warnings?.()) ?? []) };
    // A store that is down is a check of its own.
    const [report] = await Promise.all([runHealthChecks(checks), runHealthChecks([reading])]);
    return { report, warnings: found };
  }

  app.openapi(route, async (context) => {
    if (shared === undefined) {
      shared = look();
      for (const error of (await shared).report.values()) {
        if (error !== undefined) onError?.(error, { requestId: context.get('requestId'), path: context.req.path });
      }
      setTimeout(() => (shared = undefined), SHARED_MS).unref();
    }
    const { report, warnings: told } = await shared;
    const states = [...report].map(([name, error]) => [name, error === undefined ? 'up' : 'down'] as const);
    const isHealthy = states.every(([, found]) => found === 'up');
    const status = isHealthy ? ('healthy' as const) : ('unhealthy' as const);
    const named = told.length === 0 ? {} : { warnings: told.map(({ name, since }) => ({ name, since })) };
    return context.json({ status, checks: Object.fromEntries(states), ...named }, isHealthy ? 200 : 503);
  });
}
