import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/compozy-worker.js', import.meta.resolve('@compozy/worker')));

/** A worker as a process of its own, with its HTTP servers. */
export interface WorkerHost {
  readonly child: ChildProcess;
  readonly url: string;
  readonly healthUrl: string;
}

/** Resolves when it polls. */
export async function startWorkerHost(
  projectDir: string,
  address: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WorkerHost> {
  const worker = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      COMPOZY_PROJECT_DIR: projectDir,
      TEMPORAL_HOST_PORT: address,
      // Free ones: other workers are on this host.
      SERVER_PORT: '0',
      HEALTH_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise<{ readonly port: number; readonly healthPort: number }>((resolve, reject) => {
    let printed = '';
    worker.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      const lines = printed.split('\n').slice(0, -1);
      const line = lines.find((each) => each.includes('worker ready'));
      if (line !== undefined) resolve(JSON.parse(line) as { port: number; healthPort: number });
    });
    worker.once('exit', () => reject(new Error(`the worker ended: ${printed}`)));
  });
  return {
    child: worker,
    url: `http://127.0.0.1:${ready.port}/api/v0`,
    healthUrl: `http://127.0.0.1:${ready.healthPort}`,
  };
}

/** A worker as a process of its own, ready to poll. */
export async function startWorkerProcess(projectDir: string, address: string): Promise<ChildProcess> {
  return (await startWorkerHost(projectDir, address)).child;
}
