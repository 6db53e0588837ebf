// One of the workers that run.mjs kills. It sends the events that it is told of, through its own dispatcher.
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadProject } from '@compozy/core/loader';
import { createSqliteStore } from '@compozy/store';
import { createWorker } from '@compozy/worker';

const [, , hostPort, instanceId, cacheDir] = process.argv;
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const project = await loadProject(import.meta.dirname);
const store = createSqliteStore({ path: path.join(cacheDir, 'store.db') });
const worker = await createWorker({ project, temporal: { hostPort }, instanceId, cacheDir, store });
process.on('message', async ({ index, event }) => {
  const error = await worker.sendEvent(event).then(
    () => undefined,
    (failure) => failure.message,
  );
  process.send?.({ index, error });
});
process.once('SIGTERM', async () => {
  await worker.stop();
  process.disconnect?.();
});
await worker.setup();
process.send?.({ ready: true });
