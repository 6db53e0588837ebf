import { createHash } from 'node:crypto';
import type { ScheduleDescription } from '@temporalio/client';
import { isJsonObject, type Json, type PlanSchedule, type ScheduleOverride } from '@compozy/core';
import { canonicalJson } from '@compozy/core/schema';
import type { ScheduleTarget } from './schedule-options.js';

/** Changes when the same YAML is to become another schedule in Temporal: then every schedule is updated once. */
const FORMAT = 1;

/**
 * What a schedule in Temporal knows of its origin. It stands in the memo of its action, which an update can change;
 * that of the schedule itself is fixed and says whose it is.
 */
export interface ScheduleMemo {
  /** Of the YAML, and of the parts that may be overridden. */
  readonly yaml: { readonly hash: string; readonly cron: string; readonly enabled: boolean };
  /** Of everything else that the schedule was made from. */
  readonly base: string;
  /** Overrides that are older than this have no effect: the YAML was changed then, or an override taken back. */
  readonly overridesSince: string;
  readonly override?: ScheduleOverride;
}

export const OWNER = { project: 'compozy_project', workflow: 'compozy_workflow' } as const;
const STATE = 'compozy_schedule';

/** Memo of the schedule. */
export function ownerMemo({ project, workflowId }: Pick<ScheduleTarget, 'project' | 'workflowId'>) {
  return { [OWNER.project]: project, [OWNER.workflow]: workflowId };
}

/** Memo of its action; each run that it starts has it too. */
export function actionMemo(project: string, memo: ScheduleMemo): Record<string, unknown> {
  return { [OWNER.project]: project, [STATE]: memo };
}

/** Now, or just after what is known already: a host whose clock is ahead must not win over who comes after it. */
export function timeAfter(now: string, ...known: readonly (string | undefined)[]): string {
  const last = Math.max(...known.map((time) => (time === undefined ? 0 : Date.parse(time))));
  return Date.parse(now) > last ? now : new Date(last + 1).toISOString();
}

export function readMemo({ action }: Pick<ScheduleDescription, 'action'>): ScheduleMemo | undefined {
  const found = action.memo?.[STATE];
  if (!isJsonObject(found) || !isJsonObject(found['yaml']) || typeof found['base'] !== 'string') return undefined;
  return found as unknown as ScheduleMemo;
}

export function yamlOf(schedule: PlanSchedule): ScheduleMemo['yaml'] {
  return { hash: hash(schedule), cron: schedule.cron, enabled: schedule.enabled };
}

export function baseOf({ taskQueue, searchAttributes }: ScheduleTarget): string {
  return hash({ format: FORMAT, taskQueue, attributes: searchAttributes.map(({ key }) => key.name) });
}

function hash(value: object): string {
  return createHash('sha256')
    .update(canonicalJson(value as Json))
    .digest('hex')
    .slice(0, 16);
}
