import type { RunView, Status, TaskView } from '@compozy/core';
import pc from 'picocolors';

/** Children of one container that are drawn; the rest is counted. */
const SHOWN_CHILDREN = 12;

const MARKS: Readonly<Record<Status, string>> = {
  PENDING: pc.dim('·'),
  RUNNING: pc.cyan('▸'),
  WAITING: pc.yellow('◦'),
  PAUSED: pc.yellow('‖'),
  SUCCESS: pc.green('✓'),
  FAILED: pc.red('✗'),
  CANCELED: pc.dim('⊘'),
  TIMED_OUT: pc.red('⌛'),
};

/** The tasks of a run as an indented tree, one line each. */
export function renderTaskTree(view: RunView, now: number = Date.now()): string {
  const children = new Map<string | undefined, [string, TaskView][]>();
  for (const entry of Object.entries(view.tasks)) {
    const { parent } = entry[1];
    children.set(parent, [...(children.get(parent) ?? []), entry]);
  }
  const lines = [`${MARKS[view.status]} ${pc.bold(view.workflow_id)} ${pc.dim(view.workflow_exec_id)}`];
  const draw = (parent: string | undefined, indent: string): void => {
    const all = children.get(parent) ?? [];
    const shown = parent === undefined ? all : pick(all);
    for (const [path, task] of shown) {
      lines.push(`${indent}${MARKS[task.status]} ${taskLine(task, now)}`);
      draw(path, `${indent}  `);
    }
    if (shown.length < all.length) lines.push(pc.dim(`${indent}… ${hiddenLine(all, shown)}`));
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

function taskLine(task: TaskView, now: number): string {
  const { progress } = task;
  const counted = progress === undefined || progress.total === 0 ? '' : ` ${bar(progress.settled, progress.total)}`;
  const failed = progress !== undefined && progress.failed > 0 ? pc.red(` ${progress.failed} failed`) : '';
  const error = task.error === null ? '' : pc.red(` ${String(task.error['message'])}`);
  return `${task.task_id}${counted}${failed}${pc.dim(duration(task, now))}${error}`;
}

function bar(settled: number, total: number): string {
  const width = 20;
  const full = Math.floor((settled / total) * width);
  return `${pc.cyan('█'.repeat(full))}${pc.dim('░'.repeat(width - full))} ${settled}/${total}`;
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
