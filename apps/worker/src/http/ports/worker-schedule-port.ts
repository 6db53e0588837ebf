import { CompozyError } from '@compozy/core';
import type { ScheduleInfo } from '../../schedules/describe-schedule.js';
import type { ScheduleManager } from '../../schedules/schedule-manager.js';
import type { ApiSchedule, ApiSchedules } from '../api-dependencies.js';

/** The schedules of the project in Temporal, as the API shows and steers them. */
export function createWorkerSchedulePort(schedules: ScheduleManager): ApiSchedules {
  return {
    list: async () => (await schedules.list()).map((info) => toApiSchedule(info)),

    async get(workflowId) {
      try {
        return toApiSchedule(await schedules.get(workflowId));
      } catch (error) {
        if (CompozyError.isInstance(error) && error.code === 'Schedule.NotFound') return undefined;
        throw error;
      }
    },

    async update(workflowId, change) {
      await schedules.override(workflowId, change);
      return toApiSchedule(await schedules.get(workflowId));
    },

    reset: async (workflowId) => void (await schedules.removeOverride(workflowId)),
    trigger: (workflowId) => schedules.trigger(workflowId),
  };
}

function toApiSchedule(info: ScheduleInfo): ApiSchedule {
  return {
    workflowId: info.workflowId,
    cron: info.cron,
    timezone: info.timezone,
    enabled: !info.paused,
    isOverride: info.isOverride,
    yamlConfig: { ...info.yaml },
    nextRunTime: info.nextRuns[0] ?? null,
    lastRunTime: info.lastRun?.startedAt ?? null,
  };
}
