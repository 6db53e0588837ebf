import type { ParallelTask } from '../../model/task.js';
import { childListEvent, childListWorkers, childRefs, enterChildList, type ChildList } from '../child-list.js';
import type { TaskBehavior } from '../task-behavior.js';
import { wholeNumber } from '../whole-number.js';

/** D-32: children side by side, at most `max_workers` at a time, judged by a strategy. */
export const parallel: TaskBehavior<ParallelTask> = {
  detectsErrorsIn: 'nothing',
  executionType: 'parallel',
  timeoutKeptBy: 'machine',
  runsSideBySide: () => true,
  children: ({ tasks }) => childRefs(tasks),
  enter: (task, scope) =>
    enterChildList(toChildList(task, wholeNumber(scope, task.maxWorkers, 'max_workers', 1)), scope),
  on: (task, scope, event) => childListEvent(toChildList(task, childListWorkers(scope)), scope, event),
};

function toChildList({ tasks, strategy }: ParallelTask, workers: number): ChildList {
  return {
    tasks,
    strategy,
    workers,
    stopsAtFailure: false,
    metadataName: 'parallel_metadata',
    metadata: { child_count: tasks.length, strategy, max_workers: workers },
  };
}
