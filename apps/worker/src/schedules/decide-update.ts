import type { PlanSchedule, ScheduleOverride } from '@compozy/core';
import { timeAfter, type ScheduleMemo } from './schedule-memo.js';

/** Before any time that was written down. */
const BEGINNING = new Date(0).toISOString();

export interface ScheduleDecision {
  /** Whether Temporal has something else than it should. */
  readonly differs: boolean;
  readonly memo: ScheduleMemo;
  /** With the override in it. */
  readonly schedule: PlanSchedule;
  /** `keep`: somebody may have paused it in Temporal itself, and nothing that is written says otherwise. */
  readonly paused: boolean | 'keep';
}

export interface ScheduleFacts {
  readonly schedule: PlanSchedule;
  readonly yaml: ScheduleMemo['yaml'];
  readonly base: string;
  /** What Temporal's schedule says of its origin; `undefined` when there is none. */
  readonly current: ScheduleMemo | undefined;
  /** What is kept beside Temporal. */
  readonly stored: ScheduleOverride | undefined;
  readonly now: string;
}

/** An override wins over the YAML until the YAML changes; of two, the later one counts. */
export function decideUpdate({ schedule, yaml, base, current, stored, now }: ScheduleFacts): ScheduleDecision {
  const isSameYaml = current?.yaml.hash === yaml.hash;
  const changedAt = timeAfter(now, current?.override?.updatedAt, stored?.updatedAt);
  const since = current === undefined ? BEGINNING : isSameYaml ? current.overridesSince : changedAt;
  const override = latest(since, current?.override, stored);
  const memo: ScheduleMemo = { yaml, base, overridesSince: since, ...(override === undefined ? {} : { override }) };
  const isSameOverride = current?.override?.updatedAt === override?.updatedAt;
  const effective = withOverride(schedule, override);
  return {
    differs: !isSameYaml || !isSameOverride || current?.base !== base,
    memo,
    schedule: effective,
    paused: isSameYaml && isSameOverride ? 'keep' : !effective.enabled,
  };
}

function latest(since: string, ...overrides: readonly (ScheduleOverride | undefined)[]): ScheduleOverride | undefined {
  const valid = overrides.filter((override) => override !== undefined && override.updatedAt > since);
  return valid.toSorted((a, b) => (a!.updatedAt < b!.updatedAt ? 1 : -1))[0];
}

function withOverride(schedule: PlanSchedule, override: ScheduleOverride | undefined): PlanSchedule {
  return {
    ...schedule,
    ...(override?.cron === undefined ? {} : { cron: override.cron }),
    ...(override?.enabled === undefined ? {} : { enabled: override.enabled }),
  };
}
