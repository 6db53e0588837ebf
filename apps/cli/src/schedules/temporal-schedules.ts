import { openSchedules, type ScheduleInfo, type TemporalSettings } from '@compozy/worker';
import { installRuntime } from '../session.js';
import type { ScheduleSource } from './schedule-source.js';

export interface TemporalSchedulesOptions {
  readonly temporal: TemporalSettings;
  readonly project: string;
}

/** The schedules of a project on a Temporal server; no compozy-worker has to run. */
export async function openTemporalSchedules(options: TemporalSchedulesOptions): Promise<ScheduleSource> {
  installRuntime((line) => void process.stderr.write(`${line}\n`));
  const schedules = await openSchedules(options);
  const actions = {
    pause: (id: string) => schedules.pause(id),
    resume: (id: string) => schedules.resume(id),
    trigger: (id: string) => schedules.trigger(id),
    reset: (id: string) => schedules.removeOverride(id),
  };
  return {
    list: async () => (await schedules.list()).map((schedule) => toRow(schedule)),
    async act(action, workflowId) {
      await actions[action](workflowId);
      return toRow(await schedules.get(workflowId));
    },
    [Symbol.asyncDispose]: () => schedules[Symbol.asyncDispose](),
  };
}

function toRow(schedule: ScheduleInfo) {
  const { lastRun, override } = schedule;
  return {
    workflow_id: schedule.workflowId,
    schedule_id: schedule.scheduleId,
    cron: schedule.cron,
    timezone: schedule.timezone,
    overlap_policy: schedule.overlap,
    enabled: !schedule.paused,
    is_override: schedule.isOverride,
    overridden_at: override?.updatedAt ?? null,
    yaml_config: { ...schedule.yaml },
    next_run_time: schedule.nextRuns[0] ?? null,
    next_run_times: schedule.nextRuns,
    last_run_time: lastRun?.startedAt ?? null,
    last_run_status: lastRun?.status ?? null,
    last_run_exec_id: lastRun?.workflowExecId ?? null,
  };
}
