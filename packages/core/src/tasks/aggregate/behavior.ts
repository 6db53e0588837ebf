import type { AggregateTask } from '../../model/task.js';
import type { TaskBehavior } from '../task-behavior.js';

/** `outputs` over the context: no I/O unless a value is in the blob store or a schema has to be checked. */
export const aggregate: TaskBehavior<AggregateTask> = {
  detectsErrorsIn: 'outputs',
  timeoutKeptBy: 'machine',
  enter: (_task, scope) => scope.succeed(null),
  on: () => undefined,
  children: () => ({}),
};
