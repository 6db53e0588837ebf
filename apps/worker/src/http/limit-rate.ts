import { createMiddleware } from 'hono/factory';
import type { RateLimitOptions } from './api-dependencies.js';
import type { ApiEnvironment } from './api-environment.js';
import { ApiProblem } from './problem.js';
import { createTokenBuckets } from './token-bucket.js';

/** Counts the requests of each caller that authentication found; one bucket for each. */
export function limitRate(options: RateLimitOptions) {
  const buckets = createTokenBuckets(options);
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const { allowed, remaining, resetSeconds, retrySeconds } = buckets.take(context.get('caller'), performance.now());
    const headers = {
      'ratelimit-limit': String(options.burst),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(resetSeconds),
    };
    if (!allowed) {
      const detail = `${options.perMinute} requests a minute are allowed; try again in ${retrySeconds} s`;
      throw new ApiProblem('Api.TooManyRequests', detail, {
        headers: { ...headers, 'retry-after': String(retrySeconds) },
      });
    }
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    await next();
  });
}
