import { describe, expect, it } from 'vitest';
import type { RunView, Status, TaskView } from '@compozy/core';
import { createRunChanges, parsePosition } from './run-changes.js';

const at = (ms: number) => new Date(ms).toISOString();

function task(status: Status, startedAt: number, endedAt?: number): TaskView {
  return {
    task_id: 't',
    task_exec_id: 'x',
    type: 'basic',
    execution_type: 'basic',
    component: 'task',
    status,
    input: null,
    output: null,
    error: null,
    attempts: 1,
    started_at: at(startedAt),
    ended_at: endedAt === undefined ? null : at(endedAt),
  };
}

function execution(status: Status, tasks: Record<string, TaskView>): RunView {
  return {
    workflow_id: 'w',
    workflow_exec_id: 'e',
    status,
    input: null,
    output: null,
    error: null,
    usage: {},
    started_at: at(1),
    ended_at: null,
    tasks,
  };
}

const names = (changes: ReturnType<ReturnType<typeof createRunChanges>['next']>) =>
  changes.map(({ event, data }) => {
    const { path, status } = data as { path?: string; status: string };
    return `${event} ${path === undefined ? '' : `${path} `}${status}`;
  });

describe('createRunChanges', () => {
  it('tells each change once', () => {
    const changes = createRunChanges();
    const first = execution('RUNNING', { a: task('SUCCESS', 1, 5), b: task('RUNNING', 5) });
    expect(names(changes.next(first))).toEqual([
      'workflow_status RUNNING',
      'task_status a SUCCESS',
      'task_status b RUNNING',
    ]);
    expect(changes.next(first)).toEqual([]);
    const last = execution('SUCCESS', { a: task('SUCCESS', 1, 5), b: task('SUCCESS', 5, 9) });
    const told = changes.next(last);
    expect(names(told)).toEqual(['task_status b SUCCESS', 'complete SUCCESS']);
    expect(told.map(({ id }) => id)).toEqual(['9-1', '9-1']);
  });

  it('leaves out what ended before the position, and tells what is open once more', () => {
    const view = execution('RUNNING', { a: task('SUCCESS', 1, 5), b: task('SUCCESS', 5, 7), c: task('RUNNING', 7) });
    const resumed = createRunChanges(parsePosition('5-1'));
    expect(names(resumed.next(view))).toEqual([
      'workflow_status RUNNING',
      'task_status b SUCCESS',
      'task_status c RUNNING',
    ]);
  });

  it('tells of all that ended at a time when there is more of it than was told', () => {
    const view = execution('RUNNING', { a: task('SUCCESS', 1, 5), b: task('SUCCESS', 1, 5) });
    expect(names(createRunChanges(parsePosition('5-1')).next(view))).toEqual([
      'workflow_status RUNNING',
      'task_status a SUCCESS',
      'task_status b SUCCESS',
    ]);
    expect(names(createRunChanges(parsePosition('5-2')).next(view))).toEqual(['workflow_status RUNNING']);
  });

  it.each(['', 'abc', '5', '-1-1', '5-1-1', '99999999999999999-1'])('takes "%s" for no position', (id) => {
    expect(parsePosition(id)).toBeUndefined();
  });
});
