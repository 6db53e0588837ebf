import type { Json, JsonObject } from '../../model/json.js';
import { anyValue, mapping } from '../document-fields.js';
import { batchSize, strategy, workers, workersOf } from '../collection/schema.js';
import { executorFields, nestedTasks, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  ...executorFields,
  tasks: nestedTasks.optional(),
  strategy: strategy.optional(),
  max_workers: workers.optional(),
  batch_size: batchSize.optional(),
  items: anyValue.optional(),
});

export const parallel: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    if (task.tasks !== undefined || !scope.hasExecutor(task)) {
      scope.unsupported(task.tasks === undefined ? [] : task.tasks.map((_, index) => ['tasks', index]));
      return undefined;
    }
    // D-32: the batch form is a collection whose one child is the call.
    const { batch_size: size = task.batch_size, max_workers: most = task.max_workers, items = task.items, ...rest } = (task.with ?? {}) as Record<string, Json>;
    const tool = scope.tool(task);
    if (size === undefined || size === null) {
      const expected = '"tasks", or a tool with "with.batch_size"';
      scope.report('value.missing', `A parallel task needs ${expected}`, { expected });
      return undefined;
    }
    const sizeOk = scope.check(batchSize, size, 'batch_size');
    const mostOk = most === undefined || most === null || scope.check(workers, most, 'max_workers');
    if ((items === undefined || items === null) && !scope.hasPredecessor()) {
      scope.report('value.missing', 'There are no items: no task runs before this one; give "with.items"', { expected: '"with.items"' });
      return undefined;
    }
    if (tool === undefined || !sizeOk || !mostOk) return undefined;
    const base = scope.base({ with: scope.withoutLocals(rest, ['items']) });
    const { id, position, policy, maxIterations } = base;
    const child = scope.base({ tool, with: rest as JsonObject });
    return {
      ...base,
      type: 'collection',
      ...(items === undefined || items === null ? {} : { items: items as Json }),
      mode: 'parallel',
      batchSize: size as number | string,
      maxWorkers: workersOf(most as number | string | undefined, undefined),
      strategy: task.strategy ?? 'wait_all',
      task: {
        type: 'basic',
        id,
        position,
        policy,
        maxIterations,
        ...(child.with === undefined ? {} : { with: child.with }),
        ...(child.env === undefined ? {} : { env: child.env }),
        ...(child.input === undefined ? {} : { input: child.input }),
        tool,
      },
    };
  },
};
