import type { CalendarSpec, ScheduleOverlapPolicy, ScheduleSpec, ScheduleUpdateOptions } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import type { PlanSchedule, RunInput, ScheduleOverlap } from '@compozy/core';
import { parseCron, type CronRange } from '@compozy/core/schema';
import { scheduleId } from './schedule-id.js';

/** How late a firing may be that was missed while Temporal was down; later ones are left out. */
const CATCHUP_WINDOW_MS = 600_000;

const OVERLAP: Readonly<Record<ScheduleOverlap, ScheduleOverlapPolicy>> = {
  skip: 'SKIP',
  allow: 'ALLOW_ALL',
  buffer_one: 'BUFFER_ONE',
  buffer_all: 'BUFFER_ALL',
  cancel_other: 'CANCEL_OTHER',
  terminate_other: 'TERMINATE_OTHER',
};

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

export interface ScheduleTarget {
  readonly project: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly searchAttributes: SearchAttributePair[];
}

/** What Temporal is told of a schedule, but its memo and whether it is paused. */
export type TemporalSchedule = Pick<ScheduleUpdateOptions, 'spec' | 'action' | 'policies'>;

/**
 * The run gets no execution id: it makes its own, so each firing is a run by itself. Its Workflow Id begins with the id
 * of the schedule, because another project may have a workflow of the same name that fires in the same second.
 */
export function toTemporalSchedule(schedule: PlanSchedule, target: ScheduleTarget): TemporalSchedule {
  const { project, workflowId, taskQueue, searchAttributes } = target;
  const args: RunInput = {
    workflow_id: workflowId,
    project,
    input: schedule.input,
    trigger: { type: 'schedule', name: schedule.cron },
  };
  return {
    spec: {
      ...toTimes(schedule.cron),
      timezone: schedule.timezone,
      ...(schedule.jitterMs === undefined ? {} : { jitter: schedule.jitterMs }),
      ...(schedule.startAt === undefined ? {} : { startAt: new Date(schedule.startAt) }),
      ...(schedule.endAt === undefined ? {} : { endAt: new Date(schedule.endAt) }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: workflowId,
      workflowId: scheduleId(project, workflowId),
      taskQueue,
      args: [args],
      typedSearchAttributes: searchAttributes,
    },
    policies: { overlap: OVERLAP[schedule.overlap], catchupWindow: CATCHUP_WINDOW_MS },
  };
}

/** @throws `Config.Invalid` when the text is no cron expression. */
export function toTimes(cron: string): Pick<ScheduleSpec, 'calendars' | 'intervals'> {
  const times = parseCron(cron);
  if ('everyMs' in times) return { intervals: [{ every: times.everyMs }] };
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = times.calendar;
  const calendar: CalendarSpec = {
    second: [...second],
    minute: [...minute],
    hour: [...hour],
    dayOfMonth: [...dayOfMonth],
    month: month.map((range) => named(range, MONTHS, 1)),
    dayOfWeek: dayOfWeek.map((range) => named(range, DAYS, 0)),
    year: year === undefined ? '*' : [...year],
  };
  return { calendars: [calendar] };
}

/** The SDK wants months and days by name. */
function named<N extends string>({ start, end, step }: CronRange, names: readonly N[], first: number) {
  return { start: names[start - first]!, end: names[end - first]!, step };
}
