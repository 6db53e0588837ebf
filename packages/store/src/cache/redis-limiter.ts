import type { RateLimiter } from '@compozy/core';
import type { RedisAttempts } from './redis-attempts.js';

/**
 * A bucket is a hash: tokens, and when they were counted by the clock of Redis. Tokens come back one by one; a bucket
 * that is full again is gone.
 */
const TAKE = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local burst, perMs = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 't', 'a')
local tokens = burst
if known[1] then
  tokens = math.min(burst, tonumber(known[1]) + math.max(0, now - tonumber(known[2])) * perMs)
end
local allowed = 0
if tokens >= 1 - 1e-9 then
  allowed = 1
  tokens = math.max(0, tokens - 1)
end
redis.call('HSET', KEYS[1], 't', string.format('%.6f', tokens), 'a', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / perMs) + 1)
return { allowed, string.format('%.6f', tokens) }`;

/** Limits that all processes of one Redis count together. */
export function createRedisLimiter(redis: RedisAttempts, prefix: string): RateLimiter {
  return {
    async take(name, { burst, perMinute }) {
      const answer = await redis.attempt((client) =>
        client.call('EVAL', TAKE, 1, `${prefix}${name}`, burst, perMinute / 60_000),
      );
      if (answer === undefined) return undefined;
      const [allowed, tokens] = answer.value as [number, string];
      return { allowed: allowed === 1, tokens: Number(tokens) };
    },
  };
}
