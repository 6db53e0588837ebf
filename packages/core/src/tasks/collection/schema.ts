import type { Json } from '../../model/json.js';
import type { CollectionTask } from '../../model/task.js';
import { anyValue, mapping, nonEmptyText, oneOf, scalarText, wholeNumberOrTemplate } from '../document-fields.js';
import { executorFields, nestedTask, nestedTasks, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const DEFAULT_WORKERS = 100;
const MAX_WORKERS = 500;

export const strategy = oneOf('wait_all', 'fail_fast', 'best_effort', 'race');
export const workers = wholeNumberOrTemplate(0, MAX_WORKERS);
export const batchSize = wholeNumberOrTemplate(0, 1_000_000);

const document = mapping(
  {
    ...taskFields,
    items: anyValue.optional(),
    filter: scalarText.optional(),
    item_var: nonEmptyText.optional(),
    index_var: nonEmptyText.optional(),
    mode: oneOf('parallel', 'sequential').optional(),
    batch: wholeNumberOrTemplate(0, 1_000_000).optional(),
    batch_size: batchSize.optional(),
    strategy: strategy.optional(),
    max_workers: workers.optional(),
    task: nestedTask.optional(),
    tasks: nestedTasks.optional(),
  },
  Object.fromEntries(Object.keys(executorFields).map((key) => [key, 'a collection runs its "task"; put it there'])),
);

export const collection: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    if (task.items === undefined || task.items === null) {
      scope.report('value.missing', 'A collection needs "items"', { expected: '"items"' });
    }
    if (task.task !== undefined && task.tasks !== undefined) {
      scope.report('value.conflict', 'A collection has either "task" or "tasks", not both', {
        path: ['tasks'],
        at: 'key',
      });
      return undefined;
    }
    const count = task.task === undefined ? (task.tasks?.length ?? 0) : 1;
    if (count === 0) {
      scope.report('value.missing', 'A collection needs a "task" to run for each item', { expected: '"task"' });
      return undefined;
    }
    const given = { with: scope.with };
    // Several tasks are one that runs them in their order, with the id of the collection.
    const child =
      count > 1
        ? scope.sequence(['tasks'], count, given)
        : scope.child(task.task === undefined ? ['tasks', 0] : ['task'], given);
    if (child === undefined) return undefined;
    const names = [task.item_var, task.index_var].filter((name) => name !== undefined);
    return {
      ...scope.base({ with: scope.withoutLocals(scope.with, ['items', ...names]) }),
      type: 'collection',
      items: (task.items ?? []) as Json,
      ...(task.filter === undefined ? {} : { filter: String(task.filter) }),
      ...(task.item_var === undefined ? {} : { itemVar: task.item_var }),
      ...(task.index_var === undefined ? {} : { indexVar: task.index_var }),
      mode: task.mode ?? 'parallel',
      batchSize: task.batch_size ?? 0,
      maxWorkers: workersOf(task.max_workers, task.batch),
      strategy: task.strategy ?? 'wait_all',
      task: child,
    };
  },
};

/** `batch` is a cap on what runs at once, as in the original. A template is taken as it is: its value is known later. */
export function workersOf(
  given: number | string | undefined,
  batch: number | string | undefined,
): CollectionTask['maxWorkers'] {
  const most = given === undefined || given === 0 ? undefined : given;
  const cap = batch === undefined || batch === 0 ? undefined : batch;
  if (typeof most === 'string') return most;
  if (typeof cap === 'string') return most === undefined ? cap : most;
  return Math.min(most ?? DEFAULT_WORKERS, cap ?? MAX_WORKERS);
}
