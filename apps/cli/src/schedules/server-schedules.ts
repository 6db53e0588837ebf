import { schedulePath } from '../server/api-paths.js';
import type { ServerClient } from '../server/server-client.js';
import type { ScheduleAction, ScheduleRow, ScheduleSource } from './schedule-source.js';

/** The schedules of the project that a compozy-worker serves. */
export function createServerSchedules(client: ServerClient): ScheduleSource {
  const actions: Readonly<Record<ScheduleAction, (path: string) => Promise<unknown>>> = {
    pause: (path) => client.send('PATCH', path, { body: { enabled: false }, isRepeatable: true }),
    resume: (path) => client.send('PATCH', path, { body: { enabled: true }, isRepeatable: true }),
    // A second one would be a second run.
    trigger: (path) => client.send('POST', `${path}/trigger`, { isRepeatable: false }),
    reset: (path) => client.send('DELETE', path, { isRepeatable: true }),
  };
  return {
    async list() {
      return (await client.get<{ readonly schedules: readonly ScheduleRow[] }>('/schedules')).schedules;
    },
    async act(action, workflowId) {
      const path = schedulePath(workflowId);
      await actions[action](path);
      return await client.get<ScheduleRow>(path);
    },
    async [Symbol.asyncDispose]() {},
  };
}
