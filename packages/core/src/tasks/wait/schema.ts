import { duration, mapping, scalarText, text } from '../document-fields.js';
import { nestedTask, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  wait_for: text.optional(),
  condition: scalarText.optional(),
  processor: nestedTask.optional(),
  on_timeout: text.optional(),
  duration: duration.optional(),
});

export const wait: TaskSchema<typeof document> = {
  document,
  compile(_task, scope) {
    // A processor may lack id and type, so it is not checked as a task of its own yet.
    scope.unsupported([]);
    return undefined;
  },
  targets: (task) => (task.on_timeout === undefined ? [] : [task.on_timeout]),
};
