import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/compozy-worker.js', import.meta.resolve('@compozy/worker')));

/** A worker as a process of its own, ready to poll. */
export async function startWorkerProcess(projectDir: string, address: string): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      COMPOZY_PROJECT_DIR: projectDir,
      TEMPORAL_HOST_PORT: address,
      // Free ones: other workers are on this host.
      SERVER_PORT: '0',
      HEALTH_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    worker.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      if (printed.includes('worker ready')) resolve();
    });
    worker.once('exit', () => reject(new Error(`the worker ended: ${printed}`)));
  });
  return worker;
}
