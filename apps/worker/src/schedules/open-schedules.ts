import { Client } from '@temporalio/client';
import { connect, type TemporalSettings } from '../temporal/connection.js';
import { createScheduleManager, type ScheduleManager, type ScheduleManagerOptions } from './schedule-manager.js';

/**
 * The schedules of a project, without a worker.
 *
 * @throws `Server.Unreachable`.
 */
export async function openSchedules({
  temporal,
  ...options
}: Omit<ScheduleManagerOptions, 'client'> & {
  readonly temporal: TemporalSettings;
}): Promise<ScheduleManager & AsyncDisposable> {
  const connection = await connect(temporal);
  const client = new Client({ connection, namespace: temporal.namespace ?? 'default' });
  return { ...createScheduleManager({ client, ...options }), [Symbol.asyncDispose]: () => connection.close() };
}
