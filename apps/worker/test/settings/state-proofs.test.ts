import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type OpenStore } from '@compozy/worker';
import { resolveSettings } from '@compozy/worker/settings';
import {
  postgresMissing,
  startPostgres,
  type PostgresServer,
} from '../../../../packages/store/test/servers/start-postgres.js';
import { redisMissing, startRedis, type RedisServer } from '../../../../packages/store/test/servers/start-redis.js';
import { executionRecord } from '../../../../packages/store/test/sample-execution.js';
import { listenOnce } from './listen-once.js';
import { createProjectFolder } from './project-folder.js';
import type { ProofsOf } from './proofs.js';

const missing = redisMissing ?? postgresMissing;
let postgres: PostgresServer;
let redis: RedisServer;

beforeAll(async () => {
  if (redisMissing === undefined) redis = await startRedis();
  if (postgresMissing === undefined) postgres = await startPostgres();
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

/** Runs `use` with the store that the host has with these variables. */
async function withStore(
  environment: Record<string, string>,
  use: (opened: OpenStore, dir: string) => Promise<void>,
): Promise<void> {
  await using folder = await createProjectFolder();
  const { settings } = await resolveSettings({ environment, dir: folder.dir });
  const opened = openStore(settings, folder.dir);
  try {
    await use(opened, folder.dir);
  } finally {
    await opened.close();
  }
}

const checkOf = ({ checks }: OpenStore, name: string) => checks.find((check) => check.name === name)!.check();

/** How a store with these variables introduces itself to PostgreSQL: `user`, `database` and the password. */
async function greet(
  environment: Record<string, string>,
): Promise<{ readonly startup: string; readonly password: string }> {
  const password = Promise.withResolvers<string>();
  const startup = Promise.withResolvers<string>();
  await using server = await listenOnce((socket, data) => {
    if (data[0] === 'p'.charCodeAt(0)) {
      password.resolve(data.subarray(5, -1).toString());
      socket.destroy();
      return;
    }
    startup.resolve(data.subarray(8).toString().replaceAll('\0', ' ').trim());
    // Asks for the password in clear text.
    socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  });
  const where = { DB_HOST: '127.0.0.1', DB_PORT: String(server.port) };
  let said = { startup: '', password: '' };
  await withStore({ ...where, ...environment }, async ({ store }) => {
    await expect(store.ping()).rejects.toMatchObject({ code: 'Store.Unavailable' });
    said = { startup: await startup.promise, password: await password.promise };
  });
  return said;
}

async function connections(url: string, environment: Record<string, string>, work: number): Promise<number> {
  let most = 0;
  await withStore({ DB_CONN_STRING: url, ...environment }, async ({ store }) => {
    await store.ping();
    const pings = Array.from({ length: work }, () => store.ping());
    await Promise.all(pings);
    most = await countSessions(url);
  });
  return most;
}

/** Sessions of the host in the database of `url`. */
async function countSessions(url: string): Promise<number> {
  const client = new Client({ connectionString: url, application_name: 'test' });
  await client.connect();
  const { rows } = await client.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name = 'compozy' and datname = current_database()",
  );
  await client.end();
  return rows[0]!.n;
}

async function untilNone(url: string): Promise<void> {
  while ((await countSessions(url)) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A Redis that is slow for once is not done without, where it is looked at what is in it. */
const PATIENT = { REDIS_COMMAND_TIMEOUT: '1m' };

const beat = async ({ store }: OpenStore) => store.heartbeats.beat('dispatcher-shop-1', {}, 60_000);

const keepCopy = ({ store }: OpenStore) => store.workflows.upsert(executionRecord('run-1'));

const proofs: ProofsOf<'state'> = {
  'database.driver': async () => {
    await withStore({ DB_DRIVER: 'postgres', DB_PORT: '1' }, async ({ store, isOfOneHost }) => {
      expect(isOfOneHost).toBe(false);
      await expect(store.ping()).rejects.toMatchObject({ code: 'Store.Unavailable' });
    });
    await withStore({ DB_DRIVER: 'sqlite' }, async ({ store }, dir) => {
      await store.ping();
      expect(existsSync(path.join(dir, '.compozy/state.db'))).toBe(true);
    });
  },
  'database.path': async () => {
    await using folder = await createProjectFolder();
    const file = path.join(folder.dir, 'elsewhere/runs.db');
    await withStore({ DB_PATH: file }, async ({ store }) => store.ping());
    expect(existsSync(file)).toBe(true);
  },
  'database.busy_timeout': async () => {
    await withStore({ DB_BUSY_TIMEOUT: '50ms' }, async ({ store }, dir) => {
      const file = path.join(dir, '.compozy/state.db');
      await withStore({ DB_BUSY_TIMEOUT: '1h', DB_PATH: file }, async ({ store: patient }) => {
        await Promise.all([store.ping(), patient.ping()]);
        using other = new DatabaseSync(file);
        other.exec('begin immediate');
        const waiting = patient.leases.acquire('a', 'b', 60_000);
        await expect(store.leases.acquire('a', 'c', 60_000)).rejects.toMatchObject({ code: 'Store.Unavailable' });
        other.exec('commit');
        expect(await waiting).toBe(true);
      });
    });
  },
  'database.conn_string': async () => {
    await withStore({ DB_CONN_STRING: postgres.createDatabase() }, async (opened) => {
      expect(opened.isOfOneHost).toBe(false);
      await opened.store.ping();
      // Hosts that share the store share the large values too.
      expect(opened.store.blobs.shared).toBe(true);
    });
  },
  'database.host': async () => {
    expect((await greet({})).startup).toContain('user postgres');
  },
  'database.port': async () => {
    const url = new URL(postgres.createDatabase());
    await withStore(
      { DB_HOST: '127.0.0.1', DB_PORT: url.port, DB_USER: url.username, DB_NAME: url.pathname.slice(1) },
      async ({ store }) => store.ping(),
    );
  },
  'database.user': async () => {
    expect((await greet({ DB_USER: 'ada lovelace' })).startup).toContain('user ada lovelace');
  },
  'database.password': async () => {
    expect((await greet({ DB_PASSWORD: 'p@ss/word?' })).password).toBe('p@ss/word?');
  },
  'database.name': async () => {
    expect((await greet({ DB_NAME: 'shop one' })).startup).toContain('database shop one');
  },
  'database.ssl_mode': async () => {
    await using server = await listenOnce((socket) => socket.destroy());
    const where = { DB_HOST: '127.0.0.1', DB_PORT: String(server.port) };
    await withStore({ ...where, DB_SSL_MODE: 'require' }, async ({ store }) => {
      await expect(store.ping()).rejects.toMatchObject({ code: 'Store.Unavailable' });
    });
    // The request for TLS of PostgreSQL's protocol.
    expect((await server.first).readInt32BE(4)).toBe(80_877_103);
  },
  'database.max_open_conns': async () => {
    expect(await connections(postgres.createDatabase(), { DB_MAX_OPEN_CONNS: '2' }, 20)).toBe(2);
    expect(await connections(postgres.createDatabase(), { DB_MAX_OPEN_CONNS: '5' }, 50)).toBe(5);
  },
  'database.conn_max_lifetime': async () => {
    const url = postgres.createDatabase();
    const never = { DB_CONN_MAX_IDLE_TIME: '0', DB_CONN_MAX_LIFETIME: '1s' };
    await withStore({ DB_CONN_STRING: url, ...never }, async ({ store }) => {
      await store.ping();
      await untilNone(url);
    });
  },
  'database.conn_max_idle_time': async () => {
    const [kept, left] = [postgres.createDatabase(), postgres.createDatabase()];
    await withStore({ DB_CONN_STRING: kept, DB_CONN_MAX_IDLE_TIME: '1h' }, async ({ store: patient }) => {
      await patient.ping();
      await withStore({ DB_CONN_STRING: left, DB_CONN_MAX_IDLE_TIME: '100ms' }, async ({ store }) => {
        await store.ping();
        await untilNone(left);
      });
      // It was used before, and is there still.
      expect(await countSessions(kept)).toBe(1);
    });
  },
  'database.connect_timeout': async () => {
    // It answers later than a host waits by default.
    const refusal = Buffer.from('SFATAL\0C53300\0Mthe late answer\0\0');
    const head = Buffer.from([0x45, 0, 0, 0, refusal.length + 4]);
    await using server = await listenOnce((socket) =>
      setTimeout(() => socket.end(Buffer.concat([head, refusal])), 5_500).unref(),
    );
    const where = { DB_HOST: '127.0.0.1', DB_PORT: String(server.port), DB_CONNECT_TIMEOUT: '1m' };
    await withStore(where, async ({ store }) => {
      await expect(store.ping()).rejects.toMatchObject({ cause: { message: 'the late answer' } });
    });
  },
  'redis.url': async () => {
    await withStore({ ...PATIENT, REDIS_URL: `${redis.url}/3` }, async (opened) => {
      await untilConnected(opened);
      await beat(opened);
      expect(await redis.command('INFO', 'keyspace')).toContain('db3:');
    });
    await withStore({}, async ({ checks }) => expect(checks.map(({ name }) => name)).toEqual([]));
  },
  'redis.host': async () => {
    await withStore({ REDIS_HOST: '127.0.0.1', REDIS_PORT: new URL(redis.url).port }, untilConnected);
  },
  'redis.port': async () => {
    await using server = await listenOnce();
    await withStore({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port) }, async () => {
      expect((await server.first).toString()).toMatch(/^\*\d+\r\n/);
    });
  },
  'redis.password': async () => {
    await using server = await listenOnce();
    const where = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port), REDIS_PASSWORD: 'p@ss/word' };
    await withStore(where, async () => {
      expect((await server.first).toString()).toContain('p@ss/word');
    });
  },
  'redis.db': async () => {
    const where = { ...PATIENT, REDIS_HOST: '127.0.0.1', REDIS_PORT: new URL(redis.url).port, REDIS_DB: '4' };
    await withStore(where, async (opened) => {
      await untilConnected(opened);
      await beat(opened);
      expect(await redis.command('INFO', 'keyspace')).toContain('db4:');
    });
  },
  'redis.tls_enabled': async () => {
    await using server = await listenOnce();
    const where = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port), REDIS_TLS_ENABLED: 'true' };
    await withStore(where, async () => {
      // The first byte of a TLS handshake.
      expect((await server.first)[0]).toBe(0x16);
    });
  },
  'redis.prefix': async () => {
    await withStore({ ...PATIENT, REDIS_URL: redis.url, REDIS_PREFIX: 'shop:' }, async (opened) => {
      await untilConnected(opened);
      await keepCopy(opened);
      expect(await redis.command('KEYS', 'shop:*')).toHaveLength(1);
    });
  },
  'redis.cache_ttl': async () => {
    const cached = { REDIS_URL: redis.url, REDIS_PREFIX: 'long:', REDIS_CACHE_TTL: '1h' };
    await withStore({ ...PATIENT, ...cached }, async (opened) => {
      await untilConnected(opened);
      await keepCopy(opened);
      const [name = ''] = (await redis.command('KEYS', 'long:*')) as string[];
      expect(Number(await redis.command('PTTL', name))).toBeGreaterThan(3_000_000);
    });
  },
  'redis.command_timeout': async () => {
    await withStore({ REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT: '20s' }, async (opened) => {
      await untilConnected(opened);
      redis.freeze();
      const answer = checkOf(opened, 'redis');
      // Longer than the time that a command has by default.
      setTimeout(() => redis.thaw(), 1_000);
      await answer;
    });
  },
};

async function untilConnected(opened: OpenStore): Promise<void> {
  for (;;) {
    try {
      return await checkOf(opened, 'redis');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe.skipIf(missing !== undefined)(
  `settings of what is kept${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    it.each(Object.entries(proofs))('%s holds', (_key, prove) => prove());
  },
);
