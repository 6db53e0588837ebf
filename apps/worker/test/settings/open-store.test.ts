import { existsSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryOperations } from '@compozy/core';
import { openStore } from '@compozy/worker';
import { resolveSettings } from '@compozy/worker/settings';
import {
  postgresMissing,
  startPostgres,
  type PostgresServer,
} from '../../../../packages/store/test/servers/start-postgres.js';
import { createProjectFolder } from './project-folder.js';

const chat = { id: 'chat', type: 'buffer', flushing: 'simple_fifo' } as const;
const place = { project: 'shop', memory: chat, key: 'ada' };
const append = (memory: MemoryOperations, content: string) => {
  const messages = [{ role: 'user', content }] as const;
  return memory.execute({ ...place, operation: 'append', idempotencyKey: content, messages });
};
const read = async (memory: MemoryOperations) => {
  const { messages } = await memory.execute({ ...place, operation: 'read', idempotencyKey: 'read' });
  return messages.map(({ content }) => content);
};

async function openHost(environment: Record<string, string>) {
  const folder = await createProjectFolder();
  const { settings } = await resolveSettings({ environment, dir: folder.dir });
  const opened = openStore(settings, folder.dir);
  const dispose = async () => {
    await opened.close();
    await folder[Symbol.asyncDispose]();
  };
  return { opened, file: path.join(folder.dir, '.compozy', 'memory.db'), [Symbol.asyncDispose]: dispose };
}

describe('openStore with SQLite', () => {
  it('keeps memories in a file beside the store', async () => {
    await using host = await openHost({});
    expect(existsSync(host.file)).toBe(false);
    await append(host.opened.memory, 'one');
    expect(existsSync(host.file)).toBe(true);
  });
});

const reason = postgresMissing === undefined ? '' : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`openStore with PostgreSQL${reason}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  it('keeps memories in the same database, for every host, and with the connections that the host may have', async () => {
    const url = server.createDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    const sessions = async () => {
      const statement = `select count(*)::int as n from pg_stat_activity
        where application_name = 'compozy' and datname = current_database()`;
      return (await client.query<{ n: number }>(statement)).rows[0]!.n;
    };
    {
      const environment = { DB_CONN_STRING: url, DB_MAX_OPEN_CONNS: '3' };
      await using ada = await openHost(environment);
      await using bob = await openHost({ DB_CONN_STRING: url });
      await append(ada.opened.memory, 'one');
      await append(bob.opened.memory, 'two');
      expect(await read(ada.opened.memory)).toEqual(['one', 'two']);
      expect([ada, bob].map(({ file }) => existsSync(file))).toEqual([false, false]);
      const before = await sessions();
      const works = Array.from({ length: 20 }, () => [ada.opened.store.ping(), ada.opened.memory.check()]);
      await Promise.all(works.flat());
      expect((await sessions()) - before).toBeLessThanOrEqual(2);
    }
    await expect.poll(sessions).toBe(0);
    await client.end();
  });
});
