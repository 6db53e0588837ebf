import type { RateLimitOptions } from './api-dependencies.js';

export interface BucketState {
  readonly allowed: boolean;
  /** Whole requests left. */
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number;
  /** Seconds until the next request is allowed; 0 when it was. */
  readonly retrySeconds: number;
}

/** Who waited as long as was said is not refused for a rounding error. */
const ONE = 1 - 1e-9;
const MAX_BUCKETS = 50_000;

const secondsUntilOne = (tokens: number, perMs: number) => Math.max(1, Math.ceil((ONE - tokens) / perMs / 1000));

/** What the tokens that are left mean. */
export function bucketState(
  { burst, perMinute }: RateLimitOptions,
  { allowed, tokens }: { readonly allowed: boolean; readonly tokens: number },
): BucketState {
  const perMs = perMinute / 60_000;
  return {
    allowed,
    remaining: Math.floor(tokens),
    resetSeconds: Math.ceil((burst - tokens) / perMs / 1000),
    retrySeconds: allowed ? 0 : secondsUntilOne(tokens, perMs),
  };
}

/** Token buckets by name. A bucket that is full again is forgotten, and so is the oldest one when there are too many. */
export function createTokenBuckets({ burst, perMinute }: RateLimitOptions) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMs = perMinute / 60_000;
  const tokensOf = (name: string, now: number): number => {
    const known = buckets.get(name);
    return known === undefined ? burst : Math.min(burst, known.tokens + Math.max(0, now - known.at) * perMs);
  };
  return {
    /** Seconds until `take` is allowed; 0 when it is now. Takes nothing. */
    waitSeconds(name: string, now: number): number {
      const tokens = tokensOf(name, now);
      return tokens >= ONE ? 0 : secondsUntilOne(tokens, perMs);
    },
    take(name: string, now: number): BucketState {
      const tokens = tokensOf(name, now);
      const allowed = tokens >= ONE;
      const left = allowed ? Math.max(0, tokens - 1) : tokens;
      // Set anew, so that the first key is the one that was used the longest ago.
      buckets.delete(name);
      buckets.set(name, { tokens: left, at: now });
      for (const [oldest, bucket] of buckets) {
        const isFull = bucket.tokens + (now - bucket.at) * perMs >= burst;
        if (oldest === name || (!isFull && buckets.size <= MAX_BUCKETS)) break;
        buckets.delete(oldest);
      }
      return bucketState({ burst, perMinute }, { allowed, tokens: left });
    },
    get size() {
      return buckets.size;
    },
  };
}
