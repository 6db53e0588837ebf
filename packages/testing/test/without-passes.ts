import type { Store } from '@compozy/core';

/**
 * `store` for a worker that makes no passes over its rows, as if another one always had the lease. A worker makes one each
 * 30 s; a test that makes its own must not depend on which comes first.
 */
export function withoutPasses(store: Store): Store {
  const acquire: Store['leases']['acquire'] = async (name, owner, ttlMs) =>
    !name.startsWith('reconcile:') && (await store.leases.acquire(name, owner, ttlMs));
  return { ...store, leases: { ...store.leases, acquire } };
}
