import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/compozy-worker.js', import.meta.resolve('@compozy/worker')));

export interface WorkerSession {
  readonly url: string;
  readonly port: number;
  /** Ends it in order, as a roll-out does. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A compozy-worker as a process of its own that asks for API keys, ready to take requests. */
export async function startWorker(projectDir: string, temporal: string, port = 0): Promise<WorkerSession> {
  const worker = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      COMPOZY_PROJECT_DIR: projectDir,
      TEMPORAL_HOST_PORT: temporal,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: String(port),
      HEALTH_PORT: '0',
      SERVER_AUTH_ENABLED: 'true',
      SERVER_DRAIN_DELAY_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(worker, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    worker.kill(signal);
    await exited;
  };
  for await (const line of createInterface({ input: worker.stdout })) {
    const told = JSON.parse(line) as { readonly message: string; readonly port?: number };
    if (told.message !== 'worker ready') continue;
    worker.stdout.resume();
    const url = `http://127.0.0.1:${told.port}`;
    return { url, port: told.port!, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
  }
  throw new Error('the worker ended before it was ready');
}

/** A way to the server on which the answer to the first request is lost, after the server has worked on it. */
export async function startLossyProxy(port: number): Promise<AsyncDisposable & { url: string; lost: () => number }> {
  let lost = 0;
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    client.pipe(server);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    server.once('data', (chunk) => {
      if (lost === 0) {
        lost += 1;
        client.destroy();
        server.destroy();
        return;
      }
      client.write(chunk);
      server.pipe(client);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
