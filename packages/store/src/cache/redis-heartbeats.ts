import type { HeartbeatRepository, JsonObject } from '@compozy/core';
import type { RedisAttempts } from './redis-attempts.js';
import type { RedisClient } from './redis-client.js';

type Alive = Awaited<ReturnType<HeartbeatRepository['listAlive']>>[number];

/** As in the original, for those who look into Redis themselves. */
const NAME = 'dispatcher:heartbeat:';

/**
 * Heartbeats in Redis and in the store as well: when one of them goes down, what the other has is complete, and nobody
 * who lives is taken for dead. Fails only when neither can be used. `prefix` comes before the name of the keys.
 */
export function createRedisHeartbeats(
  redis: RedisAttempts,
  store: HeartbeatRepository,
  prefix: string,
): HeartbeatRepository {
  const base = `${prefix}${NAME}`;
  return {
    async beat(id, details, ttlMs) {
      const value = JSON.stringify({ details, at: new Date().toISOString() });
      const [inRedis, inStore] = await Promise.all([
        redis.attempt((client) => client.call('SET', base + id, value, 'PX', ttlMs)),
        settled(store.beat(id, details, ttlMs)),
      ]);
      if (inRedis === undefined && 'error' in inStore) throw inStore.error;
    },

    async remove(id) {
      const [inRedis, inStore] = await Promise.all([
        redis.attempt((client) => client.call('DEL', base + id)),
        settled(store.remove(id)),
      ]);
      if (inRedis === undefined && 'error' in inStore) throw inStore.error;
    },

    async listAlive(idPrefix) {
      const [inRedis, inStore] = await Promise.all([
        redis.attempt((client) => scan(client, base, idPrefix)),
        settled(store.listAlive(idPrefix)),
      ]);
      if (inRedis === undefined && 'error' in inStore) throw inStore.error;
      const alive = new Map<string, Alive>();
      for (const beat of [...('value' in inStore ? inStore.value : []), ...(inRedis?.value ?? [])]) {
        const known = alive.get(beat.id);
        if (known === undefined || known.at < beat.at) alive.set(beat.id, beat);
      }
      return [...alive.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

async function settled<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

async function scan(client: RedisClient, base: string, idPrefix: string): Promise<Alive[]> {
  const pattern = `${(base + idPrefix).replace(/[*?[\]\\^-]/g, String.raw`\$&`)}*`;
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = (await client.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', 1_000)) as [string, string[]];
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== '0');
  if (keys.size === 0) return [];
  const values = (await client.call('MGET', ...keys)) as (string | null)[];
  return [...keys].flatMap((key, i) => {
    const beat = readBeat(values[i] ?? null);
    return beat === undefined ? [] : [{ id: key.slice(base.length), ...beat }];
  });
}

/** Undefined for a beat that ran out meanwhile, and for what somebody else wrote there. */
function readBeat(text: string | null): { readonly details: JsonObject; readonly at: string } | undefined {
  if (text === null) return undefined;
  try {
    const { details, at } = JSON.parse(text) as { details?: JsonObject; at?: string };
    return details === undefined || at === undefined ? undefined : { details, at };
  } catch {
    return undefined;
  }
}
