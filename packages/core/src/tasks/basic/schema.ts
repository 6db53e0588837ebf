import { mapping } from '../document-fields.js';
import { executorFields, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({ ...taskFields, ...executorFields });

export const basic: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    const tool = scope.tool(task);
    return tool === undefined ? undefined : { ...scope.base({ tool }), type: 'basic', tool };
  },
};
