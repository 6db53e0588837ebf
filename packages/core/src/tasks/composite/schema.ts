import { mapping } from '../document-fields.js';
import { nestedTasks, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({ ...taskFields, tasks: nestedTasks.optional() });

export const composite: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    if (task.tasks === undefined) {
      scope.report('value.missing', 'A composite task needs "tasks"', { expected: '"tasks"' });
      return undefined;
    }
    const tasks = scope.children(['tasks'], task.tasks.length);
    return tasks === undefined ? undefined : { ...scope.base(), type: 'composite', tasks };
  },
};
