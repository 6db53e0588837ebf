// Started several times at once on one empty database. Prints as JSON what this process was answered.
import type { MemoryCall } from '@compozy/core';
import { createMemory } from '../../src/create-memory.js';
import { createPostgresStore } from '../../src/postgres-store.js';

const CALLS = 40;

const [url, own] = process.argv.slice(2) as [string, string];
const memory = createMemory({ store: createPostgresStore({ url, maxConnections: 4 }), countTokens: () => 1 });
const chat = { id: 'chat', type: 'buffer', flushing: 'simple_fifo' } as const;

function call(operation: string, idempotencyKey: string, given: object = {}): Promise<unknown> {
  const base = { project: 'p', memory: chat, key: 'shared', operation, idempotencyKey };
  return memory.execute({ ...base, ...given } as unknown as MemoryCall);
}

const says = (content: string) => ({ messages: [{ role: 'user', content }] });

async function appendAll(): Promise<void> {
  const totals: unknown[] = [];
  const same: unknown[] = [];
  await Promise.all(
    Array.from({ length: CALLS }, async (_, i) => {
      totals.push(await call('append', `${own}-${i}`, says(`${own}-${i}`)));
      // The same call in every process, at about the same moment.
      same[i] = await call('append', `same-${i}`, { ...says(`same-${i}`), key: 'same' });
      // Each takes the conversation and its copy, which others change meanwhile.
      await call('clear', `${own}-clear-${i}`, { key: 'copied', backup: true });
      await call('append', `${own}-copied-${i}`, { ...says('x'), key: i % 2 === 0 ? 'copied' : 'copied:backup' });
    }),
  );
  process.stdout.write(JSON.stringify({ totals, same }));
}

appendAll().then(
  () => memory.close(),
  (error: unknown) => {
    process.stderr.write(String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  },
);
