import type { ScheduleInfo } from '@compozy/worker';
import pc from 'picocolors';

const HEAD = ['WORKFLOW', 'CRON', 'ZONE', 'STATE', 'NEXT RUN', 'LAST RUN'];

/** One line for each schedule, under a head. What is no terminal, for Node: `undefined`, gets no colours. */
export function schedulesTable(schedules: readonly ScheduleInfo[], isTerminal: boolean | undefined): string {
  const rows = schedules.map((schedule) => [
    schedule.workflowId,
    schedule.cron,
    schedule.timezone,
    `${schedule.paused ? 'paused' : 'active'}${schedule.isOverride ? ' (changed by hand)' : ''}`,
    seconds(schedule.nextRuns[0]),
    schedule.lastRun === null ? '-' : `${seconds(schedule.lastRun.startedAt)} ${schedule.lastRun.status ?? ''}`,
  ]);
  const widths = HEAD.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const { dim } = pc.createColors(Boolean(isTerminal) && pc.isColorSupported);
  return `${[dim(line(HEAD)), ...rows.map((row) => line(row))].join('\n')}\n`;
}

function seconds(time: string | undefined): string {
  return time === undefined ? '-' : time.replace(/\.\d+Z$/, 'Z');
}
