import type { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.js';
import type { Task } from '../../model/task.js';
import { anyValue, mapping } from '../document-fields.js';
import { batchSize, DEFAULT_WORKERS, strategy, workers, workersOf } from '../collection/schema.js';
import { executorFields, nestedTasks, taskFields } from '../task-fields.js';
import { compileChildren } from '../compile-children.js';
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

function compileChildren(task: Partial<z.output<typeof document>>, scope: TaskCompiler): Task | undefined {
  if (task.tasks === undefined || task.tasks.length === 0) {
    const expected = '"tasks", or a tool with "with.batch_size"';
    scope.report('value.missing', `A parallel task needs ${expected}`, { expected });
    return undefined;
  }
  for (const key of ['tool', 'use', 'agent'] as const) {
    if (task[key] === undefined) continue;
    scope.report('value.conflict', `A parallel task has either "tasks" or "${key}", not both`, { path: [key], at: 'key' });
  }
  const most = task.max_workers === undefined || task.max_workers === 0 ? DEFAULT_WORKERS : task.max_workers;
  if (typeof most === 'string') {
    scope.report('feature.unsupported', 'A template is not supported here yet; give a number', { path: ['max_workers'] });
  }
  const tasks = scope.children(['tasks'], task.tasks.length);
  if (tasks === undefined || typeof most === 'string') return undefined;
  return { ...scope.base(), type: 'parallel', tasks, strategy: task.strategy ?? 'wait_all', maxWorkers: most };
}
