import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { CompozyError } from '@compozy/core';
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
    { level: 'warn', message: expect.stringMatching(/^The schedules could not be reconciled: .+ in 5 s$/) },
  ]);
});

it('says once why the store cannot be asked, and does not blame Temporal', async () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
  const list = () =>
    Promise.reject(new CompozyError('Store.Unavailable', `PostgreSQL cannot be used: ${cause.message}`, { cause }));
  const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 200, interceptors: [] });
  const log: ScheduleLogEntry[] = [];
  const overrides = { list, get: list, put: list, remove: list };
  const keeper = keepReconciled(
    () => ({ client: new Client({ connection }), project: 'p', taskQueue: 'q', plans: [], overrides }),
    (entry) => void log.push(entry),
  );
  await keeper.reconcile();
  keeper.stop();
  await connection.close();
  expect(log.map(({ message }) => message)).toEqual([
    'The schedules could not be reconciled: PostgreSQL cannot be used: connect ECONNREFUSED 127.0.0.1:5432; tried again in 5 s',
  ]);
});
