import type { RateLimiter } from '@compozy/core';
import { createMiddleware } from 'hono/factory';
import type { RateLimitOptions } from './api-dependencies.js';
import type { ApiEnvironment } from './api-environment.js';
import { ApiProblem } from './problem.js';
import { bucketState, createTokenBuckets } from './token-bucket.js';

export interface CallerLimits {
  readonly byKey: RateLimitOptions | undefined;
  readonly byAddress: RateLimitOptions | undefined;
  /** Counts for several servers, under names that begin with `prefix`. */
  readonly limiter?: RateLimiter;
  readonly prefix?: string;
}

/** Counts the requests of each caller that authentication found; one bucket for each. */
export function limitRate({ byKey, byAddress, limiter, prefix = '' }: CallerLimits) {
  const ofKeys = openBuckets(byKey);
  const ofAddresses = openBuckets(byAddress);
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const caller = context.get('caller');
    const limit = caller.startsWith('key:') ? ofKeys : ofAddresses;
    if (limit === undefined) return await next();
    const { options, buckets } = limit;
    const counted = await limiter?.take(`${prefix}${caller}`, options);
    const state = counted === undefined ? buckets.take(caller, performance.now()) : bucketState(options, counted);
    const { allowed, remaining, resetSeconds, retrySeconds } = state;
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
    return await next();
  });
}

function openBuckets(options: RateLimitOptions | undefined) {
  return options === undefined ? undefined : { options, buckets: createTokenBuckets(options) };
}
