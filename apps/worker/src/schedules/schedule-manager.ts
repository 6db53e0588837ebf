import {
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { CompozyError, isJsonObject, type ScheduleOverride, type ScheduleOverrideRepository } from '@compozy/core';
import { parseCron } from '@compozy/core/schema';
import { describeSchedule, type ScheduleInfo } from './describe-schedule.js';
import { listScheduleIds } from './list-schedules.js';
import { scheduleId } from './schedule-id.js';
import { actionMemo, OWNER, readMemo, timeAfter, type ScheduleMemo } from './schedule-memo.js';
import { toTimes } from './schedule-options.js';

export interface ScheduleManagerOptions {
  readonly client: Client;
  readonly project: string;
  /** A second place for changes by hand; Temporal has them too. */
  readonly overrides?: ScheduleOverrideRepository;
}

/** What a change by hand may set; what is left out stays as it is. */
export type ScheduleChange = Pick<ScheduleOverride, 'enabled' | 'cron'>;

/** The schedules of one project in Temporal. A change by hand lasts until the workflow's file is changed. */
export interface ScheduleManager {
  /** By workflow id. */
  list(): Promise<readonly ScheduleInfo[]>;
  /** @throws `Schedule.NotFound`; so do the others. */
  get(workflowId: string): Promise<ScheduleInfo>;
  /** @throws `Config.Invalid` when the cron expression is none. */
  override(workflowId: string, change: ScheduleChange): Promise<void>;
  pause(workflowId: string): Promise<void>;
  resume(workflowId: string): Promise<void>;
  /** Back to what the workflow's file says; `false` when nothing had been changed. */
  removeOverride(workflowId: string): Promise<boolean>;
  /** Starts one run now, paused or not, and whatever runs already. */
  trigger(workflowId: string): Promise<void>;
}

/** Asks Temporal at each call, so it needs no worker. Schedules of other projects are as if they were not there. */
export function createScheduleManager({ client, project, overrides }: ScheduleManagerOptions): ScheduleManager {
  const handleOf = (workflowId: string) => client.schedule.getHandle(scheduleId(project, workflowId));

  const describe = async (workflowId: string): Promise<ScheduleDescription> => {
    const description = await handleOf(workflowId).describe().catch(notFound(project, workflowId));
    if (description.memo?.[OWNER.project] !== project) throw noSchedule(project, workflowId);
    return description;
  };

  const change = async (workflowId: string, toChange: (memo: ScheduleMemo) => ScheduleChange | undefined) => {
    const memo = readMemo(await describe(workflowId));
    if (memo === undefined) throw noSchedule(project, workflowId);
    const { override: before, ...rest } = memo;
    const updatedAt = timeAfter(new Date().toISOString(), memo.overridesSince, before?.updatedAt);
    const wanted = toChange(memo);
    const override = wanted === undefined ? undefined : { ...wanted, updatedAt };
    const next: ScheduleMemo = override === undefined ? { ...rest, overridesSince: updatedAt } : { ...rest, override };
    await handleOf(workflowId)
      .update((current) => changed(current, project, next))
      .catch(notFound(project, workflowId));
    if (override === undefined) await overrides?.remove(project, workflowId);
    else await overrides?.put(project, workflowId, override);
    return memo.override !== undefined;
  };

  const override = async (workflowId: string, { enabled, cron }: ScheduleChange) => {
    if (cron !== undefined) parseCron(cron);
    await change(workflowId, ({ override: before }) => ({
      ...before,
      ...(enabled === undefined ? {} : { enabled }),
      ...(cron === undefined ? {} : { cron }),
    }));
  };

  return {
    override,
    pause: (workflowId) => override(workflowId, { enabled: false }),
    resume: (workflowId) => override(workflowId, { enabled: true }),
    removeOverride: (workflowId) => change(workflowId, () => undefined),
    trigger: (workflowId) => handleOf(workflowId).trigger('ALLOW_ALL').catch(notFound(project, workflowId)),
    get: async (workflowId) => describeSchedule(client, workflowId, await describe(workflowId)),

    async list() {
      const ids = [...(await listScheduleIds(client, project)).keys()].toSorted();
      const found = await Promise.all(
        ids.map(async (workflowId) => {
          try {
            return [await describeSchedule(client, workflowId, await describe(workflowId))];
          } catch (error) {
            // Deleted since it was listed.
            if (CompozyError.isInstance(error) && error.code === 'Schedule.NotFound') return [];
            throw error;
          }
        }),
      );
      return found.flat();
    },
  };
}

/** The schedule as it is, with the cron expression and the pause that `memo` asks for. */
function changed(before: ScheduleDescription, project: string, memo: ScheduleMemo): ScheduleUpdateOptions {
  const { spec, action, policies, state } = before;
  const cron = memo.override?.cron ?? memo.yaml.cron;
  const enabled = memo.override?.enabled ?? memo.yaml.enabled;
  const { calendars: _calendars, intervals: _intervals, ...bounds } = spec;
  const [input, ...more] = action.args ?? [];
  const args = isJsonObject(input) ? [{ ...input, trigger: { type: 'schedule', name: cron } }, ...more] : action.args;
  return {
    spec: { ...bounds, ...toTimes(cron) },
    action: { ...action, args, memo: actionMemo(project, memo) } as ScheduleUpdateOptions['action'],
    policies,
    state: {
      ...state,
      paused: !enabled,
      note: memo.override === undefined ? '' : 'Changed by hand; the workflow file says otherwise',
    },
  };
}

function notFound(project: string, workflowId: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ScheduleNotFoundError) throw noSchedule(project, workflowId);
    throw error;
  };
}

function noSchedule(project: string, workflowId: string): CompozyError {
  const message = `Workflow "${workflowId}" of project "${project}" has no schedule in Temporal; it gets one when a worker starts that serves its "schedule"`;
  return new CompozyError('Schedule.NotFound', message, { details: { project, workflow_id: workflowId } });
}
