import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqliteStore, withRedisCache } from '@compozy/store';
import { redisMissing, startRedis, type RedisServer } from '../../../packages/store/test/servers/start-redis.js';
import { callServer } from './call-server.js';
import { startPlainServer } from './plain-server.js';

describe.skipIf(redisMissing !== undefined)('servers that share a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis?.[Symbol.asyncDispose]());

  const BURST = 3;

  async function startServer() {
    const store = withRedisCache(createSqliteStore({ path: ':memory:' }), { url: redis.url, timeoutMs: 60_000 });
    await expect.poll(() => store.pingCache().then(() => 'up', String)).toBe('up');
    const rateLimit = { burst: BURST, perMinute: 1 };
    const server = await startPlainServer({ rateLimit, limiter: store.limiter, trustedProxies: ['127.0.0.0/8'] });
    return {
      store,
      get: async (from: string) => {
        const headers = { 'x-forwarded-for': from };
        return await callServer(server.url, 'GET', '/api/v0/workflows', { headers });
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await store.close();
      },
    };
  }

  it('count the requests of a caller together, and each alone while Redis is away', async () => {
    await using one = await startServer();
    await using two = await startServer();
    const statuses = async (count: number) => {
      const found: number[] = [];
      for (let n = 0; n < count; n += 1) found.push((await (n % 2 === 0 ? one : two).get('203.0.113.1')).status);
      return found;
    };
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    const refused = await one.get('203.0.113.1');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait > 50 && wait <= 60).toBe(true);
    const other = await two.get('203.0.113.2');
    expect([other.status, other.headers.get('ratelimit-remaining')]).toEqual([200, String(BURST - 1)]);

    await redis.stop();
    expect(await statuses(8)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    await redis.start();
    for (const { store } of [one, two]) await expect.poll(() => store.pingCache().then(() => 'up', String)).toBe('up');
    // It came back empty; each time that this is asked, by another caller.
    let callers = 2;
    const remaining = async () => {
      const from = `203.0.113.${(callers += 1)}`;
      const answers = [await one.get(from), await two.get(from)];
      return answers.map(({ headers }) => headers.get('ratelimit-remaining'));
    };
    await expect.poll(remaining).toEqual(['2', '1']);
  });
});
