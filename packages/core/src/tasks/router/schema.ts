import { z } from 'zod';
import type { Task } from '../../model/task.js';
import { mapping, noted, scalarText } from '../document-fields.js';
import { nestedTask, taskFields } from '../task-fields.js';
import type { SubPath, TaskSchema } from '../task-schema.js';

const route = noted(z.union([z.string(), nestedTask]), { expected: 'a task id, or a task' });
const routes = noted(z.record(z.string(), route), { expected: 'a mapping of results to task ids or tasks' });

const document = mapping({
  ...taskFields,
  condition: scalarText.optional(),
  routes: routes.optional(),
  default_route: route.optional(),
});

type RouterDocument = Partial<z.output<typeof document>>;

export const router: TaskSchema<typeof document> = {
  document,
  outputKeys: ['condition', 'route_taken', 'router_type'],
  compile(task, scope) {
    if (task.condition === undefined) {
      scope.report('value.missing', 'A router needs a "condition"', { expected: '"condition"' });
    }
    const places = routePlaces(task);
    if (places.length === 0) scope.report('value.missing', 'A router needs "routes"', { expected: '"routes"' });
    const tasks: Task[] = [];
    const targets = places.map(({ path, target }) => {
      if (typeof target === 'string') {
        if (!scope.isTopLevel) {
          const message = 'A route to a task id leads nowhere here: the task around it decides what comes next';
          scope.report('key.ignored', message, { path });
        }
        return target;
      }
      // A workflow takes the inline tasks of its own routers as tasks of its own.
      const inner = scope.isTopLevel ? undefined : scope.child(path, {});
      if (inner !== undefined) tasks.push(inner);
      return idOf(target);
    });
    if (task.condition === undefined || places.length === 0) return undefined;
    const named = places.map(({ key }, index) => [key, targets[index] ?? ''] as const);
    const defaultRoute = named.find(([key]) => key === undefined)?.[1];
    return {
      ...scope.base(),
      type: 'router',
      condition: String(task.condition),
      routes: Object.fromEntries(named.flatMap(([key, id]) => (key === undefined ? [] : [[key, id]]))),
      ...(defaultRoute === undefined ? {} : { defaultRoute }),
      tasks,
    };
  },
  targets: (task) =>
    routePlaces(task).flatMap(({ target }) => (typeof target === 'string' ? target : (idOf(target) ?? []))),
  inlineTasks: (task) => routePlaces(task).flatMap(({ path, target }) => (typeof target === 'string' ? [] : [path])),
};

interface RoutePlace {
  /** `undefined` for the default. */
  readonly key: string | undefined;
  readonly path: SubPath;
  readonly target: string | Record<string, unknown>;
}

function routePlaces(task: RouterDocument): readonly RoutePlace[] {
  const all: RoutePlace[] = Object.entries(task.routes ?? {}).map(([key, target]) => ({
    key,
    path: ['routes', key],
    target,
  }));
  if (task.default_route !== undefined)
    all.push({ key: undefined, path: ['default_route'], target: task.default_route });
  return all;
}

function idOf(task: Record<string, unknown>): string | undefined {
  return typeof task['id'] === 'string' ? task['id'] : undefined;
}
