import type { ParallelTask } from '../../model/task.js';
import { childListEvent, childRefs, enterChildList, type ChildList } from '../child-list.js';
import type { TaskBehavior } from '../task-behavior.js';

/** D-32: children side by side, at most `max_workers` at a time, judged by a strategy. */
export const parallel: TaskBehavior<ParallelTask> = {
  detectsErrorsIn: 'nothing',
  timeoutKeptBy: 'machine',
  runsSideBySide: () => true,
  children: ({ tasks }) => childRefs(tasks),
  enter: (task, scope) => enterChildList(toChildList(task), scope),
  on: (task, scope, event) => childListEvent(toChildList(task), scope, event),
};

function toChildList({ tasks, strategy, maxWorkers }: ParallelTask): ChildList {
  return {
    tasks,
    strategy,
    workers: maxWorkers,
    stopsAtFailure: false,
    metadataName: 'parallel_metadata',
    metadata: { child_count: tasks.length, strategy, max_workers: maxWorkers },
  };
}
