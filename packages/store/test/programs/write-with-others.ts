// Started several times at once on one empty database. Prints as JSON what this process was told that it has.
import type { Store } from '@compozy/core';
import { createPostgresStore } from '../../src/create-postgres-store.js';
import { createSqliteStore } from '../../src/create-sqlite-store.js';
import { executionRecord } from '../sample-execution.js';

const KEYS = 60;

async function write(store: Store, index: number): Promise<void> {
  const reserved: number[] = [];
  const ended: number[] = [];
  for (let i = 0; i < KEYS; i += 1) {
    const { state } = await store.idempotency.reserve(`key-${i}`, 600_000);
    if (state === 'reserved') reserved.push(i);
    await store.workflows.upsert(executionRecord('shared', { version: i * 10 + index, output: i * 10 + index }));
    const last = executionRecord(`ended-${i}`, { status: 'SUCCESS', version: index + 1, output: index });
    if (await store.workflows.upsert(last)) ended.push(i);
  }
  process.stdout.write(JSON.stringify({ reserved, ended }));
}

const [kind, target, index] = process.argv.slice(2) as [string, string, string];
const store = kind === 'sqlite' ? createSqliteStore({ path: target }) : createPostgresStore({ url: target });
write(store, Number(index)).then(
  () => store.close(),
  (error: unknown) => {
    process.stderr.write(String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  },
);
