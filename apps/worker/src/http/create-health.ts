import { Hono } from 'hono';
import { runHealthChecks, type HealthCheck } from '../health/health-check.js';
import { ApiProblem, toApiProblem, toProblemResponse } from './problem.js';

export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  /** A check that takes longer has failed; 3,000 ms by default. */
  readonly timeoutMs?: number | undefined;
  /** Hears why a check failed; callers are told only that it did. */
  readonly onFailure?: (name: string, error: unknown) => void;
}

export interface Health {
  readonly app: Hono;
  /** Until this was called, and from `drain` on, the server is not ready. */
  open(): void;
  drain(): void;
}

type CheckState = 'up' | 'down';

/** `/health`: the process lives. `/ready`: it may be sent requests. For a port of its own, without keys. */
export function createHealth({ checks, timeoutMs, onFailure }: HealthOptions): Health {
  let phase: 'starting' | 'serving' | 'draining' = 'starting';
  const app = new Hono();
  app.onError((error, { req }) => toProblemResponse(toApiProblem(error), req.path));
  app.notFound(({ req }) => {
    const detail = `There is no route ${req.path}; there are GET /health and GET /ready`;
    return toProblemResponse(new ApiProblem('Api.NotFound', detail), req.path);
  });

  app.get('/health', (context) => context.json({ status: 'up' }));

  app.get('/ready', async (context) => {
    const report = await runHealthChecks(checks, timeoutMs);
    const states = [...report].map(([name, error]): readonly [string, CheckState] => {
      if (error !== undefined) onFailure?.(name, error);
      return [name, error === undefined ? 'up' : 'down'];
    });
    const isReady = phase === 'serving' && states.every(([, state]) => state === 'up');
    const body = { status: isReady ? 'ready' : 'unready', phase, checks: Object.fromEntries(states) };
    return context.json(body, isReady ? 200 : 503, { 'cache-control': 'no-store' });
  });

  return {
    app,
    open() {
      if (phase === 'starting') phase = 'serving';
    },
    drain() {
      phase = 'draining';
    },
  };
}
