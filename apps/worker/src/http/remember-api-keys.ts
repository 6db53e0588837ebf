import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKeyRecord } from '@compozy/core';
import type { ApiKeys } from './api-key.js';

export interface RememberOptions {
  /** How long a key that was good stays good while nobody can be asked; 300,000 ms by default. */
  readonly keptMs?: number;
  /** How long a known caller waits for a store that does not answer; 1,000 ms by default. */
  readonly patienceMs?: number;
}

const MAX_REMEMBERED = 10_000;

/**
 * Lets callers go on whose keys were good a while ago, when the store does not answer: runs need no store, and a key
 * cannot be revoked while it is away. As long as it answers it is asked each time, so that a revoked key ends at once.
 */
export function rememberApiKeys(
  keys: Pick<ApiKeys, 'findByHash'>,
  { keptMs = 300_000, patienceMs = 1_000 }: RememberOptions = {},
): Pick<ApiKeys, 'findByHash'> {
  const good = new Map<string, { readonly record: ApiKeyRecord; readonly at: number }>();

  function remember(hash: string, record: ApiKeyRecord | undefined): void {
    good.delete(hash);
    if (record === undefined || record.revokedAt !== null) return;
    good.set(hash, { record, at: performance.now() });
    if (good.size > MAX_REMEMBERED) good.delete(good.keys().next().value!);
  }

  return {
    async findByHash(hash) {
      const asked = keys.findByHash(hash).then((record) => {
        remember(hash, record);
        return record;
      });
      const known = good.get(hash);
      if (known === undefined || performance.now() - known.at > keptMs) return await asked;
      asked.catch(() => undefined);
      const patience = new AbortController();
      const late = sleep(patienceMs, known.record, { signal: patience.signal }).catch(() => known.record);
      try {
        return await Promise.race([asked.catch(() => known.record), late]);
      } finally {
        patience.abort();
      }
    },
  };
}
