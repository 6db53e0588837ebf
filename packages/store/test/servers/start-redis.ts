import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from './find-free-port.js';
import { stopProcess, tiedToThisProcess } from './stop-process.js';

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Runs one command over a connection of its own. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** It stops answering and keeps its connections open. */
  freeze(): void;
  thaw(): void;
}

/** Why there can be no server on this machine; undefined when there can. */
export const redisMissing: string | undefined = findProgram() ? undefined : 'no redis-server on PATH';

function findProgram(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

export async function startRedis(): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'compozy-redis-'));
  const port = await findFreePort();
  let server: ChildProcess | undefined;

  async function command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  async function start(): Promise<void> {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir],
      { stdio: 'ignore' },
    );
    tiedToThisProcess(server, 'SIGKILL');
    for (;;) {
      try {
        await command('PING');
        return;
      } catch (error) {
        if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  }

  const stop = async () => {
    if (server !== undefined) await stopProcess(server, 'SIGKILL');
    server = undefined;
  };

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    command,
    start,
    stop,
    freeze: () => server!.kill('SIGSTOP'),
    thaw: () => server!.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
