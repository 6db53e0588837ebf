import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from '@compozy/core/testing';
import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '../src/create-sqlite-store.js';

async function create() {
  const dir = await mkdtemp(join(tmpdir(), 'compozy-sqlite-'));
  const [store, other] = [1, 2].map(() => createSqliteStore({ path: join(dir, 'data', 'compozy.db') }));
  return {
    store: store!,
    other: other!,
    async [Symbol.asyncDispose]() {
      await Promise.all([store!.close(), other!.close()]);
      await rm(dir, { recursive: true });
    },
  };
}

describeStore({ name: 'SQLite', create }, { describe, it, expect });
