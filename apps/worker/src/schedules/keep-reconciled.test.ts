import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { keepReconciled, type ScheduleLogEntry } from './keep-reconciled.js';

it('warns when Temporal cannot be asked, and does not fail', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 200, interceptors: [] });
  const log: ScheduleLogEntry[] = [];
  const keeper = keepReconciled(
    () => ({ client: new Client({ connection }), project: 'p', taskQueue: 'q', plans: [] }),
    (entry) => void log.push(entry),
  );
  await keeper.reconcile();
  keeper.stop();
  await connection.close();
  expect(log).toMatchObject([
    { level: 'warn', message: expect.stringMatching(/^The schedules could not be read from Temporal: .+ in 5 s$/) },
  ]);
});
