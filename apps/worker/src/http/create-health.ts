import { Hono } from 'hono';
import { ApiProblem, toApiProblem, toProblemResponse } from './problem.js';

/** One thing that the server needs; the check throws while it is not there. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void>;
}

export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  /** A check that takes longer has failed; 3,000 ms by default. */
  readonly timeoutMs?: number;
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
export function createHealth({ checks, timeoutMs = 3_000, onFailure }: HealthOptions): Health {
  let phase: 'starting' | 'serving' | 'draining' = 'starting';
  const app = new Hono();
  app.onError((error, { req }) => toProblemResponse(toApiProblem(error), req.path));
  app.notFound(({ req }) => {
    const detail = `There is no route ${req.path}; there are GET /health and GET /ready`;
    return toProblemResponse(new ApiProblem('Api.NotFound', detail), req.path);
  });

  app.get('/health', (context) => context.json({ status: 'up' }));

  app.get('/ready', async (context) => {
    const states = await Promise.all(
      checks.map(async ({ name, check }): Promise<readonly [string, CheckState]> => {
        try {
          await within(check(), timeoutMs);
          return [name, 'up'];
        } catch (error) {
          onFailure?.(name, error);
          return [name, 'down'];
        }
      }),
    );
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

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
