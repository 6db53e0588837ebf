import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { ApiEnvironment } from './api-environment.js';

/** How long a browser may keep what it was told. */
const MAX_AGE_S = 600;

/**
 * Lets scripts of these origins read answers (CORS). An origin is compared as a whole. Cookies play no part: a script
 * has to send an API key like everybody else.
 */
export function allowOrigins(origins: readonly string[]) {
  const allowed: ReadonlySet<string> = new Set(origins);
  const allow = cors({
    origin: (origin) => (allowed.has(origin) ? origin : undefined),
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Last-Event-ID',
      'X-API-Key',
      'X-Correlation-ID',
      'X-Request-Id',
    ],
    exposeHeaders: ['Idempotent-Replayed', 'Link', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: MAX_AGE_S,
  });
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const { req } = context;
    const isPreflight = req.method === 'OPTIONS' && req.header('access-control-request-method') !== undefined;
    // Any other OPTIONS, and what an unknown origin sends, is a request like the rest.
    if (allowed.has(req.header('origin') ?? '') && (isPreflight || req.method !== 'OPTIONS')) {
      return await allow(context, next);
    }
    await next();
    context.header('vary', 'Origin', { append: true });
  });
}
