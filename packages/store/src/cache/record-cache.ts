import { isTerminal, type Json, type Status } from '@compozy/core';
import type { RedisAttempts } from './redis-attempts.js';

interface Versioned {
  readonly version: number;
  readonly status: Status;
}

/** Copies of records that only move forward, under the same rule as in the store. */
export interface RecordCache<T extends Versioned> {
  get(id: string): Promise<T | undefined>;
  /** Keeps a record that is in the store. */
  keep(id: string, record: T): Promise<void>;
  /** The records were offered to the store: what is older than they are is no longer the truth. */
  outdate(offered: readonly { readonly id: string; readonly version: number }[]): Promise<void>;
}

/**
 * Each key is a hash: version, whether the status is final, and the record, empty when it is only known that older
 * ones are outdated. A reader that read before a write and comes to keep what it read after it is refused by the
 * version, so it cannot bring back the past.
 */
const PUT_NEWER = `
local ttl = ARGV[1]
for i, key in ipairs(KEYS) do
  local version, final, record = ARGV[i * 3 - 1], ARGV[i * 3], ARGV[i * 3 + 1]
  local known = redis.call('HMGET', key, 'v', 'f')
  if not known[1] or (known[2] ~= '1' and tonumber(known[1]) <= tonumber(version)) then
    redis.call('HSET', key, 'v', version, 'f', final, 'r', record)
    redis.call('PEXPIRE', key, ttl)
  end
end
return #KEYS`;

const KEYS_AT_ONCE = 500;

export function createRecordCache<T extends Versioned>(
  redis: RedisAttempts,
  { prefix, ttlMs }: { readonly prefix: string; readonly ttlMs: number },
): RecordCache<T> {
  async function put(
    entries: readonly {
      readonly id: string;
      readonly version: number;
      readonly final: boolean;
      readonly text: string;
    }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const keys = entries.map(({ id }) => prefix + id);
    const values = entries.flatMap(({ version, final, text }) => [version, final ? 1 : 0, text]);
    await redis.attempt((client) => client.call('EVAL', PUT_NEWER, keys.length, ...keys, ttlMs, ...values));
  }

  return {
    async get(id) {
      const answer = await redis.attempt((client) => client.call('HGET', prefix + id, 'r'));
      return typeof answer?.value === 'string' && answer.value !== '' ? readRecord<T>(answer.value) : undefined;
    },

    keep: (id, record) =>
      put([{ id, version: record.version, final: isTerminal(record.status), text: JSON.stringify(record) }]),

    async outdate(offered) {
      for (let from = 0; from < offered.length; from += KEYS_AT_ONCE) {
        await put(
          offered.slice(from, from + KEYS_AT_ONCE).map(({ id, version }) => ({ id, version, final: false, text: '' })),
        );
      }
    },
  };
}

/** Undefined for what somebody else wrote under our key. */
function readRecord<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as Json as T;
  } catch {
    return undefined;
  }
}
