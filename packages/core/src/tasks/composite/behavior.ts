import type { CompositeTask } from '../../model/task.js';
import { childListEvent, childRefs, enterChildList, type ChildList } from '../child-list.js';
import type { TaskBehavior } from '../task-behavior.js';

/** D-35: children one after the other; the first failure ends the task and leaves the rest unstarted. */
export const composite: TaskBehavior<CompositeTask> = {
  detectsErrorsIn: 'nothing',
  executionType: 'composite',
  timeoutKeptBy: 'machine',
  children: ({ tasks }) => childRefs(tasks),
  childrenInOrder: true,
  enter: (task, scope) => enterChildList(toChildList(task), scope),
  on: (task, scope, event) => childListEvent(toChildList(task), scope, event),
};

function toChildList({ tasks }: CompositeTask): ChildList {
  return {
    tasks,
    strategy: 'wait_all',
    workers: 1,
    stopsAtFailure: true,
    metadataName: 'composite_metadata',
    metadata: { child_count: tasks.length, strategy: 'wait_all', sequential: true },
  };
}
