import { anyValue, mapping, text } from '../document-fields.js';
import { taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  signal: mapping({ id: text, payload: anyValue.optional(), workflow_exec_id: text.optional() }).optional(),
});

export const signal: TaskSchema<typeof document> = {
  document,
  compile(_task, scope) {
    scope.unsupported([]);
    return undefined;
  },
};
