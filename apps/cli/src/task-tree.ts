import type { RunView, Status, TaskView } from '@compozy/core';
import type { Colors } from './colors.js';
import { oneLine } from './one-line.js';

/** Children of one container that are drawn; the rest is counted. */
const SHOWN_CHILDREN = 12;

const marks = (colors: Colors): Readonly<Record<Status, string>> => ({
  PENDING: colors.dim('·'),
  RUNNING: colors.cyan('▸'),
  WAITING: colors.yellow('◦'),
  PAUSED: colors.yellow('‖'),
  SUCCESS: colors.green('✓'),
  FAILED: colors.red('✗'),
  CANCELED: colors.dim('⊘'),
  TIMED_OUT: colors.red('⌛'),
});

/** The tasks of a run as an indented tree, one line each. */
export function renderTaskTree(view: RunView, colors: Colors, now: number = Date.now()): string {
  const children = new Map<string | undefined, [string, TaskView][]>();
  for (const entry of Object.entries(view.tasks)) {
    const { parent } = entry[1];
    children.set(parent, [...(children.get(parent) ?? []), entry]);
  }
  const mark = marks(colors);
  const lines = [`${mark[view.status]} ${colors.bold(view.workflow_id)} ${colors.dim(view.workflow_exec_id)}`];
  const draw = (parent: string | undefined, indent: string): void => {
    const all = children.get(parent) ?? [];
    const shown = parent === undefined ? all : pick(all);
    for (const [path, task] of shown) {
      lines.push(`${indent}${mark[task.status]} ${taskLine(task, colors, now)}`);
      draw(path, `${indent}  `);
    }
    if (shown.length < all.length) lines.push(colors.dim(`${indent}… ${hiddenLine(all, shown)}`));
  };
  draw(undefined, '  ');
  return lines.join('\n');
}

/** One line of news for output that is no terminal. */
export function describeTask(path: string, task: TaskView): string {
  const attempts = task.attempts > 1 ? ` after ${task.attempts} attempts` : '';
  const error = task.error === null ? '' : `: ${String(task.error['code'])} ${String(task.error['message'])}`;
  return `${path} ${task.status}${attempts}${duration(task, Date.now())}${error}`;
}

function taskLine(task: TaskView, colors: Colors, now: number): string {
  const { progress } = task;
  const counted =
    progress === undefined || progress.total === 0 ? '' : ` ${bar(progress.settled, progress.total, colors)}`;
  const failed = progress !== undefined && progress.failed > 0 ? colors.red(` ${progress.failed} failed`) : '';
  const error = task.error === null ? '' : colors.red(` ${oneLine(String(task.error['message']))}`);
  return `${task.task_id}${counted}${failed}${colors.dim(duration(task, now))}${error}`;
}

function bar(settled: number, total: number, { cyan, dim }: Colors): string {
  const width = 20;
  const full = Math.floor((settled / total) * width);
  return `${cyan('█'.repeat(full))}${dim('░'.repeat(width - full))} ${settled}/${total}`;
}

function duration(task: TaskView, now: number): string {
  if (task.started_at === null) return '';
  const end = task.ended_at === null ? now : Date.parse(task.ended_at);
  return ` ${Math.max(0, (end - Date.parse(task.started_at)) / 1000).toFixed(1)}s`;
}

function hiddenLine(all: readonly [string, TaskView][], shown: readonly [string, TaskView][]): string {
  const hidden = all.filter((entry) => !shown.includes(entry));
  const done = hidden.filter(([, { status }]) => status === 'SUCCESS').length;
  const open = hidden.length - done;
  return [done > 0 ? `${done} done` : '', open > 0 ? `${open} more` : ''].filter((part) => part !== '').join(', ');
}

function pick(entries: readonly [string, TaskView][]): readonly [string, TaskView][] {
  const open = entries.filter(([, { status }]) => status !== 'SUCCESS');
  return open.length >= SHOWN_CHILDREN ? open.slice(0, SHOWN_CHILDREN) : open;
}
