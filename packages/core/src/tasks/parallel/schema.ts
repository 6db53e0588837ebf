import type { z } from 'zod';
import type { Json } from '../../model/json.js';
import type { BasicTask, Task } from '../../model/task.js';
import { anyValue, mapping } from '../document-fields.js';
import { batchSize, strategy, workers, workersOf } from '../collection/schema.js';
import { executorFields, nestedTasks, taskFields } from '../task-fields.js';
import type { TaskCompiler, TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  ...executorFields,
  tasks: nestedTasks.optional(),
  strategy: strategy.optional(),
  max_workers: workers.optional(),
  // The batch form takes these from `with`, as in the original, or from here.
  batch_size: batchSize.optional(),
  items: anyValue.optional(),
});

export const parallel: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    if (task.tasks !== undefined || !scope.hasExecutor(task)) return compileChildren(task, scope);
    // D-32: the batch form is a collection whose one child is the call.
    const { with: given } = scope;
    const {
      batch_size: size = task.batch_size,
      max_workers: most = task.max_workers,
      items = task.items,
      ...rest
    } = given;
    const tool = scope.tool(task);
    if (size === undefined || size === null) {
      const expected = '"tasks", or a tool with "with.batch_size"';
      scope.report('value.missing', `A parallel task needs ${expected}`, { expected });
      return undefined;
    }
    const sizeOk = scope.check(batchSize, size, 'batch_size');
    const mostOk = most === undefined || most === null || scope.check(workers, most, 'max_workers');
    if ((items === undefined || items === null) && !scope.hasPredecessor()) {
      scope.report('value.missing', 'There are no items: no task runs before this one; give "with.items"', {
        expected: '"with.items"',
      });
      return undefined;
    }
    if (tool === undefined || !sizeOk || !mostOk) return undefined;
    const call = scope.base({ tool, with: rest });
    const child: BasicTask = {
      type: 'basic',
      id: call.id,
      position: call.position,
      policy: call.policy,
      maxIterations: call.maxIterations,
      ...(call.with === undefined ? {} : { with: call.with }),
      ...(call.env === undefined ? {} : { env: call.env }),
      ...(call.input === undefined ? {} : { input: call.input }),
      tool,
    };
    return {
      ...scope.base({ with: scope.withoutLocals(rest, ['items']) }),
      type: 'collection',
      ...(items === undefined || items === null ? {} : { items: items as Json }),
      mode: 'parallel',
      batchSize: size as number | string,
      maxWorkers: workersOf(most as number | string | undefined, undefined),
      strategy: task.strategy ?? 'wait_all',
      task: child,
    };
  },
};

function compileChildren(task: Partial<z.output<typeof document>>, scope: TaskCompiler): Task | undefined {
  if (task.tasks === undefined || task.tasks.length === 0) {
    const expected = '"tasks", or a tool with "with.batch_size"';
    scope.report('value.missing', `A parallel task needs ${expected}`, { expected });
    return undefined;
  }
  for (const key of ['tool', 'use', 'agent'] as const) {
    if (task[key] === undefined) continue;
    scope.report('value.conflict', `A parallel task has either "tasks" or "${key}", not both`, {
      path: [key],
      at: 'key',
    });
  }
  const tasks = scope.children(['tasks'], task.tasks.length);
  if (tasks === undefined) return undefined;
  const maxWorkers = workersOf(task.max_workers, undefined);
  return { ...scope.base(), type: 'parallel', tasks, strategy: task.strategy ?? 'wait_all', maxWorkers };
}
