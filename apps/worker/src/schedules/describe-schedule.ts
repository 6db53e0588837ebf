import { WorkflowNotFoundError, type Client, type ScheduleDescription } from '@temporalio/client';
import type { ScheduleOverride, Status } from '@compozy/core';
import { stableId } from '@compozy/core/interpreter';
import { readMemo } from './schedule-memo.js';

/** A run that a schedule started. */
export interface ScheduledRun {
  readonly workflowExecId: string;
  readonly temporalWorkflowId: string;
  readonly startedAt: string;
  /** `null` when Temporal has forgotten the run. */
  readonly status: Status | null;
}

/** Where a schedule stands; times are ISO 8601 in UTC. */
export interface ScheduleInfo {
  readonly workflowId: string;
  readonly scheduleId: string;
  /** What counts now, the override before the YAML. */
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: string;
  readonly paused: boolean;
  /** Whether it is other than the workflow's file says. */
  readonly isOverride: boolean;
  readonly override: ScheduleOverride | null;
  /** What the workflow's file says. */
  readonly yaml: { readonly cron: string; readonly enabled: boolean };
  /** The next few; empty when it is paused or over. */
  readonly nextRuns: readonly string[];
  readonly lastRun: ScheduledRun | null;
  readonly note: string;
}

const STATUS: Readonly<Record<string, Status>> = {
  RUNNING: 'RUNNING',
  COMPLETED: 'SUCCESS',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELED',
  TERMINATED: 'CANCELED',
  TIMED_OUT: 'TIMED_OUT',
  CONTINUED_AS_NEW: 'RUNNING',
};

export async function describeSchedule(
  client: Client,
  workflowId: string,
  description: ScheduleDescription,
): Promise<ScheduleInfo> {
  const { scheduleId, spec, policies, state, info } = description;
  const memo = readMemo(description);
  const yaml = { cron: memo?.yaml.cron ?? '', enabled: memo?.yaml.enabled ?? true };
  const last = info.recentActions.at(-1);
  return {
    workflowId,
    scheduleId,
    cron: memo?.override?.cron ?? yaml.cron,
    timezone: spec.timezone ?? 'UTC',
    overlap: policies.overlap === 'ALLOW_ALL' ? 'allow' : (policies.overlap ?? 'SKIP').toLowerCase(),
    paused: state.paused,
    isOverride: memo?.override !== undefined || state.paused === yaml.enabled,
    override: memo?.override ?? null,
    yaml,
    nextRuns: state.paused ? [] : info.nextActionTimes.slice(0, 5).map((time) => time.toISOString()),
    lastRun: last === undefined ? null : await describeRun(client, last),
    note: state.note ?? '',
  };
}

async function describeRun(
  client: Client,
  { takenAt, action: { workflow } }: ScheduleDescription['info']['recentActions'][number],
): Promise<ScheduledRun> {
  const { workflowId, firstExecutionRunId } = workflow;
  return {
    workflowExecId: stableId(`${workflowId}/${firstExecutionRunId}`),
    temporalWorkflowId: workflowId,
    startedAt: takenAt.toISOString(),
    status: await client.workflow
      .getHandle(workflowId)
      .describe()
      .then(({ status }) => STATUS[status.name] ?? null)
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }),
  };
}
