import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKeyRecord, ApiKeyRepository } from '@compozy/core';
import { createExecId } from '../runs/exec-id.js';

/** `read`: look at things. `run`: start and steer executions, send events. `admin`: everything. */
export const API_SCOPES = ['read', 'run', 'admin'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

const PREFIX = 'cpzy_';
const SETTINGS_PREFIX = 'settings-';

/** A new key with 256 random bits. The key is shown once; the record has only its hash. */
export function createApiKey(
  name: string,
  scopes: readonly ApiScope[],
  now: Date = new Date(),
): { readonly key: string; readonly record: ApiKeyRecord } {
  const key = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const record: ApiKeyRecord = {
    id: createExecId(now.getTime()),
    name,
    hash: hashApiKey(key),
    scopes,
    createdAt: now.toISOString(),
    revokedAt: null,
    lastUsedAt: null,
  };
  return { key, record };
}

/** SHA-256 in hex. A key is random, so that a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether the record is of that hash, in a time that does not depend on where they differ. */
export function isSameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return a.length === 32 && b.length === 32 && timingSafeEqual(a, b);
}

export function hasScope(scopes: readonly string[], needed: ApiScope): boolean {
  return scopes.includes('admin') || scopes.includes(needed);
}

/** Where keys are looked up, by their hashes. */
export type ApiKeys = Pick<ApiKeyRepository, 'findByHash' | 'touch'>;

/** Keys that stand in the settings of the host, by their hashes, and may do everything; then those of `others`. */
export function createApiKeys(hashes: readonly string[], others?: ApiKeys): ApiKeys {
  return {
    async findByHash(hash) {
      let found: string | undefined;
      // All are looked at, so that the time does not tell which one it was.
      for (const known of hashes) if (isSameHash(known, hash)) found = known;
      if (found === undefined) return await others?.findByHash(hash);
      const id = `${SETTINGS_PREFIX}${found.slice(0, 8)}`;
      return { id, name: id, hash: found, scopes: ['admin'], createdAt: '', revokedAt: null, lastUsedAt: null };
    },
    async touch(id, at) {
      if (!id.startsWith(SETTINGS_PREFIX)) await others?.touch(id, at);
    },
  };
}
