import type { Json } from '../../model/json.js';
import { mapping } from '../document-fields.js';
import { executorFields, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({ ...taskFields, ...executorFields });

export const aggregate: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    // D-34, ours: an aggregate with a tool is a call of that tool.
    if (scope.hasExecutor(task)) {
      const tool = scope.tool(task);
      return tool === undefined ? undefined : { ...scope.base({ tool }), type: 'basic', tool };
    }
    if (task.outputs === undefined || task.outputs === null) {
      scope.report('value.missing', 'An aggregate task needs "outputs", or a tool', { expected: '"outputs"' });
      return undefined;
    }
    return { ...scope.base(), type: 'aggregate', outputs: task.outputs as Json };
  },
};
