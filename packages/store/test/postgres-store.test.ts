import type { DeadLetter } from '@compozy/core';
import { describeStore } from '@compozy/core/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresStore } from '../src/create-postgres-store.js';
import { executionRecord } from './sample-execution.js';
import { taskRecord } from './sample-task.js';
import { postgresMissing, startPostgres, type PostgresServer } from './servers/start-postgres.js';
import { watchPool } from './servers/watch-pool.js';

const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`PostgreSQL${reason}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  const create = async () => {
    const url = server.createDatabase();
    const [store, other] = [1, 2].map(() => createPostgresStore({ url, maxConnections: 4 }));
    return {
      store: store!,
      other: other!,
      async [Symbol.asyncDispose]() {
        await Promise.all([store!.close(), other!.close()]);
      },
    };
  };

  describeStore({ name: 'PostgreSQL', create }, { describe, it, expect });

  it('says Store.Unavailable while the server is down, and works again by itself when it is back', async () => {
    await using context = await create();
    const { store } = context;
    await store.workflows.upsert(executionRecord('before'));
    await server.stop();
    const unavailable = { code: 'Store.Unavailable', retryable: true };
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await expect(store.workflows.upsert(executionRecord('during'))).rejects.toMatchObject(unavailable);
    await expect(context.other.workflows.get('before')).rejects.toMatchObject(unavailable);
    await expect(store.blobs.put(new Uint8Array(1))).rejects.toMatchObject({ code: 'Blob.Unavailable' });
    await server.start();
    await store.ping();
    expect(await store.workflows.upsert(executionRecord('after'))).toBe(true);
    // Had never connected before.
    expect((await context.other.workflows.get('before'))?.workflowExecId).toBe('before');
  });

  it('outlives the loss of a connection between two statements of a change', async () => {
    const pool = new Pool({ connectionString: server.createDatabase() });
    pool.on('error', () => undefined);
    const watched = watchPool(pool);
    const store = createPostgresStore({ pool: watched.pool });
    await store.ping();
    const letter: DeadLetter = {
      project: 'shop',
      id: 'letter',
      event: { eventId: 'e', name: 'n', payload: {}, correlationId: 'c', source: 's' },
      workflowId: null,
      reason: {},
      at: '2026-01-01T00:00:00.000Z',
      replayedAt: null,
    };
    watched.cut('before');
    await expect(store.deadLetters.addAll([letter])).rejects.toMatchObject({ code: 'Store.Unavailable' });
    expect(await store.deadLetters.get('shop', 'letter')).toBeUndefined();
    await store.deadLetters.addAll([letter]);
    expect(await store.deadLetters.get('shop', 'letter')).toEqual(letter);
    await pool.end();
  });

  it('removes executions of any size, with so many of their tasks at once that no statement takes too long', async () => {
    const pool = new Pool({ connectionString: server.createDatabase() });
    const store = createPostgresStore({ pool });
    const over = { status: 'SUCCESS' as const, endedAt: '2026-01-01T00:00:00.000Z' };
    const sizes = { none: 0, small: 3, large: 12_000, middle: 4_000, other: 4_000 };
    for (const [id, count] of Object.entries(sizes)) {
      await store.workflows.upsert(executionRecord(id, over));
      await store.tasks.upsertAll(
        Array.from({ length: count }, (_, i) => taskRecord(`${id}-${i}`, { workflowExecId: id })),
      );
    }
    await pool.query(`
      create function refuse() returns trigger language plpgsql as $$
      begin
        if (select count(*) from gone) > 5000 then raise 'too many rows in one statement'; end if;
        return null;
      end $$;
      create trigger few after delete on compozy_tasks referencing old table as gone
        for each statement execute function refuse()`);
    const old = { project: 'shop', before: '2026-02-01T00:00:00.000Z', limit: 200 };
    let removed = 0;
    for (let now = 1; now > 0; removed += now) now = await store.prune(old);
    expect(removed).toBe(Object.keys(sizes).length);
    const left = await pool.query('select count(*)::int as tasks from compozy_tasks');
    expect(left.rows).toEqual([{ tasks: 0 }]);
    await pool.end();
  });

  it('says what is wrong with an address, a name and a database', async () => {
    const urls = {
      ECONNREFUSED: 'postgres://compozy@127.0.0.1:1/x',
      'database "none" does not exist': `postgres://compozy@127.0.0.1:${server.port}/none`,
      'role "nobody" does not exist': `postgres://nobody@127.0.0.1:${server.port}/postgres`,
    };
    for (const [message, url] of Object.entries(urls)) {
      await using store = createPostgresStore({ url });
      await expect(store.ping()).rejects.toMatchObject({
        code: 'Store.Unavailable',
        message: expect.stringContaining(message),
      });
    }
  });

  it('uses a pool of the caller and leaves it open', async () => {
    const pool = new Pool({ connectionString: server.createDatabase() });
    const store = createPostgresStore({ pool });
    await store.workflows.upsert(executionRecord('run-1'));
    await store.close();
    const { rows } = await pool.query('select id from compozy_executions');
    expect(rows).toEqual([{ id: 'run-1' }]);
    await pool.end();
  });

  it('reads back text with characters that PostgreSQL does not have', async () => {
    await using context = await create();
    const record = executionRecord('run-1', { output: 'zero \u0000 and half \ud800' });
    await context.store.workflows.upsert(record);
    expect(await context.store.workflows.get('run-1')).toEqual(record);
    expect(await context.store.workflows.get('zero \u0000')).toBe(undefined);
  });
});
