import type { Task } from '../model/task.js';
import type { TaskCompiler } from './task-schema.js';

/** The tasks of a container that stand in the file; `undefined` when one of them is not valid. */
export function compileChildren(children: readonly unknown[] | undefined, scope: TaskCompiler): readonly Task[] | undefined {
  if (children === undefined || children.length === 0) {
    scope.report('value.missing', 'There are no tasks inside; give "tasks"', { expected: 'a list of at least one task' });
    return undefined;
  }
  const tasks = children.map((_, index) => scope.child(['tasks', index], {}));
  return tasks.every((task) => task !== undefined) ? tasks : undefined;
}
