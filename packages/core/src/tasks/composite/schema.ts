import { mapping } from '../document-fields.js';
import { nestedTasks, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({ ...taskFields, tasks: nestedTasks.optional() });

export const composite: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    scope.unsupported(task.tasks === undefined ? [] : task.tasks.map((_, index) => ['tasks', index]));
    return undefined;
  },
};
