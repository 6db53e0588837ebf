import { isTerminal, type RunView, type TaskView } from '@compozy/core';

/**
 * How far a listener has heard: the end of the last task that it was told of, and how many tasks ended at that time.
 * It is made of what a run says of itself, so that any server can carry on from it, after a restart too.
 */
export interface StreamPosition {
  readonly at: number;
  readonly count: number;
}

interface TaskChange {
  readonly event: 'task_status';
  readonly id: string;
  readonly data: TaskView & { readonly path: string };
}

interface WholeChange {
  readonly event: 'workflow_status' | 'complete';
  readonly id: string;
  readonly data: Omit<RunView, 'tasks'>;
}

export type RunChange = TaskChange | WholeChange;

/** `undefined` for an id that is none of ours: then everything is told. */
export function parsePosition(id: string | undefined): StreamPosition | undefined {
  const match = /^(\d{1,15})-(\d{1,9})$/.exec(id ?? '');
  return match === null ? undefined : { at: Number(match[1]), count: Number(match[2]) };
}

/**
 * Tells one listener of one run what changed. Every event holds the whole present state of what it is about. After a
 * reconnect, `resumeAt` says what ended before; the status of the run and of what is open is told once more.
 */
export function createRunChanges(resumeAt: StreamPosition = { at: 0, count: 0 }) {
  let position = resumeAt;
  let isFirst = true;
  let status = '';
  const told = new Map<string, string>();

  return {
    next(execution: RunView): readonly RunChange[] {
      const { tasks, ...run } = execution;
      const entries = Object.entries(tasks).toSorted(([, a], [, b]) => changedAt(a) - changedAt(b));
      const isHeard = isFirst ? heardBefore(Object.values(tasks), resumeAt) : () => false;
      isFirst = false;
      const changes: RunChange[] = [];
      const id = () => `${position.at}-${position.count}`;

      const hasEnded = isTerminal(execution.status);
      if (!hasEnded && execution.status !== status) changes.push({ event: 'workflow_status', id: id(), data: run });
      status = execution.status;
      let atThisTime: StreamPosition = { at: -1, count: 0 };
      for (const [path, task] of entries) {
        if (isTerminal(task.status)) {
          const at = changedAt(task);
          atThisTime = { at, count: at === atThisTime.at ? atThisTime.count + 1 : 1 };
          position = later(position, atThisTime);
        }
        const state = `${task.status} ${task.attempts} ${task.progress?.settled ?? ''}`;
        if (told.get(path) === state) continue;
        told.set(path, state);
        if (!isHeard(task)) changes.push({ event: 'task_status', id: id(), data: { path, ...task } });
      }
      if (hasEnded) changes.push({ event: 'complete', id: id(), data: run });
      return changes;
    },
  };
}

function changedAt(task: TaskView): number {
  return Date.parse(task.ended_at ?? task.started_at ?? '') || 0;
}

function later(a: StreamPosition, b: StreamPosition): StreamPosition {
  return b.at > a.at || (b.at === a.at && b.count > a.count) ? b : a;
}

/** What ended up to the position was told, unless more ended at that very time than was told. */
function heardBefore(tasks: readonly TaskView[], { at, count }: StreamPosition): (task: TaskView) => boolean {
  const ended = tasks.filter((task) => isTerminal(task.status) && changedAt(task) === at).length;
  const last = ended <= count ? at : at - 1;
  return (task) => isTerminal(task.status) && changedAt(task) <= last;
}
