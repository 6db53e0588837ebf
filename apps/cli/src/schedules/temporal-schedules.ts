import { openSchedules, type ScheduleInfo } from '@compozy/worker';
import type { Environment } from '../env.js';
import { installRuntime } from '../session.js';
import type { ScheduleSource } from './schedule-source.js';

export interface TemporalSchedulesOptions {
  readonly env: Environment;
  readonly address: string;
  readonly project: string;
}

/** The schedules of a project on a Temporal server; no compozy-worker has to run. */
export async function openTemporalSchedules(options: TemporalSchedulesOptions): Promise<ScheduleSource> {
  const { env, address, project } = options;
  installRuntime((line) => void process.stderr.write(`${line}\n`));
  const schedules = await openSchedules({
    project,
    temporal: {
      hostPort: address,
      namespace: env.namespace,
      ...(env.apiKey === undefined ? {} : { apiKey: env.apiKey, tls: true }),
    },
  });
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
