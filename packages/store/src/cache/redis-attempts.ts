import { CompozyError } from '@compozy/core';
import type { RedisClient } from './redis-client.js';

/** Tries things on Redis that may fail: nobody waits long for them, and nobody sees an error. */
export interface RedisAttempts {
  /** Undefined when Redis did not answer. */
  attempt<T>(action: (client: RedisClient) => Promise<T>): Promise<{ readonly value: T } | undefined>;
  /** @throws `Store.Unavailable` when Redis does not answer */
  ping(): Promise<void>;
}

const TIMED_OUT = Symbol('timed out');

/** After one command that was not answered in time, the others do not wait for theirs: for so long Redis is left alone. */
const PAUSE_MS = 1_000;

export function createRedisAttempts(client: RedisClient, timeoutMs: number): RedisAttempts {
  let pausedUntil = 0;

  async function inTime<T>(action: (client: RedisClient) => Promise<T>): Promise<T | typeof TIMED_OUT> {
    const working = action(client);
    // When it fails later, nobody listens any more.
    working.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, TIMED_OUT);
    });
    try {
      return await Promise.race([working, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async attempt(action) {
      if (performance.now() < pausedUntil) return undefined;
      try {
        const value = await inTime(action);
        if (value !== TIMED_OUT) return { value };
        pausedUntil = performance.now() + PAUSE_MS;
      } catch {
        // Refused at once, as long as there is no connection.
      }
      return undefined;
    },

    async ping() {
      let cause: unknown;
      try {
        if ((await inTime((redis) => redis.call('PING'))) !== TIMED_OUT) return;
      } catch (error) {
        cause = error;
      }
      const reason = cause instanceof Error ? cause.message : `no answer in ${timeoutMs} ms`;
      throw new CompozyError('Store.Unavailable', `Redis cannot be used: ${reason}`, { cause });
    },
  };
}
