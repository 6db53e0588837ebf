import { describe, expect, it } from 'vitest';
import { createTokenBuckets } from './token-bucket.js';

describe('createTokenBuckets', () => {
  it('lets a burst through, then one request for each token that comes back', () => {
    const buckets = createTokenBuckets({ burst: 2, perMinute: 60 });
    expect(buckets.take('a', 0)).toEqual({ allowed: true, remaining: 1, resetSeconds: 1, retrySeconds: 0 });
    expect(buckets.take('a', 0)).toMatchObject({ allowed: true, remaining: 0 });
    expect(buckets.take('a', 0)).toEqual({ allowed: false, remaining: 0, resetSeconds: 2, retrySeconds: 1 });
    expect(buckets.take('a', 999)).toMatchObject({ allowed: false });
    expect(buckets.take('a', 1_000)).toMatchObject({ allowed: true });
    expect(buckets.take('b', 1_000)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('says how long to wait without taking anything', () => {
    const buckets = createTokenBuckets({ burst: 1, perMinute: 20 });
    expect([buckets.waitSeconds('a', 0), buckets.waitSeconds('a', 0)]).toEqual([0, 0]);
    buckets.take('a', 0);
    expect([buckets.waitSeconds('a', 0), buckets.waitSeconds('a', 2_000), buckets.waitSeconds('a', 3_000)]).toEqual([
      3, 1, 0,
    ]);
    expect(buckets.size).toBe(1);
  });

  it('forgets the buckets of callers that went away', () => {
    const buckets = createTokenBuckets({ burst: 2, perMinute: 60 });
    for (let caller = 0; caller < 100; caller += 1) buckets.take(`caller ${caller}`, 0);
    expect(buckets.size).toBe(100);
    for (let time = 0; time < 100; time += 1) buckets.take('last', 10_000 + time);
    expect(buckets.size).toBe(1);
  });
});
