import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './find-free-port.js';
import { stopProcess, tiedToThisProcess } from './stop-process.js';

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Of a new, empty database. */
  createDatabase(): string;
  /** Ends it as a crash would. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const ROOT = '/usr/lib/postgresql';

function findBinaries(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  return readdirSync(ROOT)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(ROOT, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** PostgreSQL refuses to run as root. */
function findUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return {} as { uid: number; gid: number };
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((option) => Number(execFileSync('id', [option, name], { stdio: 'pipe' })));
      return { uid: uid!, gid: gid! };
    } catch {
      // The next name.
    }
  }
  return undefined;
}

const bin = findBinaries();
const user = findUser();

/** Why there can be no server on this machine; undefined when there can. */
export const postgresMissing: string | undefined =
  bin === undefined ? `no PostgreSQL in ${ROOT}` : user === undefined ? 'no user to run PostgreSQL as' : undefined;

export async function startPostgres(): Promise<PostgresServer> {
  if (bin === undefined || user === undefined) throw new Error(postgresMissing);
  const dir = mkdtempSync(join(tmpdir(), 'compozy-pg-'));
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  const as = { ...user, cwd: dir, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'compozy', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    stdio: 'pipe',
  });
  const port = await findFreePort();
  let server: ChildProcess | undefined;
  let databases = 0;

  const psql = (statement: string) =>
    execFileSync(
      join(bin, 'psql'),
      ['-h', '127.0.0.1', '-p', String(port), '-U', 'compozy', '-d', 'postgres', '-qtc', statement],
      { ...as, stdio: 'pipe' },
    );

  async function start(): Promise<void> {
    server = spawn(
      join(bin!, 'postgres'),
      ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', dir, '-c', 'fsync=off', '-c', 'max_connections=200'],
      { ...as, stdio: 'ignore' },
    );
    tiedToThisProcess(server, 'SIGQUIT');
    for (;;) {
      try {
        psql('select 1');
        return;
      } catch (error) {
        if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  const stop = async () => {
    if (server !== undefined) await stopProcess(server, 'SIGQUIT');
    server = undefined;
  };

  await start();
  return {
    port,
    createDatabase() {
      databases += 1;
      psql(`create database test_${databases}`);
      return `postgres://compozy@127.0.0.1:${port}/test_${databases}`;
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
