import { z } from 'zod';
import { mapping, noted, scalarText } from '../document-fields.js';
import { nestedTask, taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const route = noted(z.union([z.string(), nestedTask]), { expected: 'a task id, or a task' });
const routes = noted(z.record(z.string(), route), { expected: 'a mapping of results to task ids or tasks' });

const document = mapping({
  ...taskFields,
  condition: scalarText.optional(),
  routes: routes.optional(),
  default_route: route.optional(),
});

export const router: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    const inline = Object.entries(task.routes ?? {}).filter(([, target]) => typeof target !== 'string');
    scope.unsupported(inline.map(([name]) => ['routes', name]));
    return undefined;
  },
  targets: (task) =>
    [...Object.values(task.routes ?? {}), task.default_route].filter((target) => typeof target === 'string'),
};
