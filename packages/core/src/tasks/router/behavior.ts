import { toRouteKey } from '../../condition/index.js';
import { CompozyError } from '../../errors/compozy-error.js';
import type { Json } from '../../model/json.js';
import type { RouterTask } from '../../model/task.js';
import { conditionAnswer, conditionValue } from '../condition-value.js';
import type { TaskBehavior, TaskScope } from '../task-behavior.js';

/** D-31: the result of a condition names the task that comes next. */
export const router: TaskBehavior<RouterTask> = {
  detectsErrorsIn: 'nothing',
  executionType: 'router',
  timeoutKeptBy: 'machine',
  children: ({ tasks }) => Object.fromEntries(tasks.map((task, index) => [`routes/${index}`, task])),
  targets: ({ routes, defaultRoute }) => ({
    ...routes,
    ...(defaultRoute === undefined ? {} : { default: defaultRoute }),
  }),

  enter(task, scope) {
    choose(task, scope, conditionValue(scope, question(task)));
  },

  on(task, scope, event) {
    if (event.kind === 'activity-failed') scope.fail(event.failure);
    else if (event.kind === 'child-settled') {
      const { status, error, id } = event.child;
      const output = scope.data() as Json;
      if (status === 'SUCCESS') scope.succeed(output);
      else {
        const failure = error ?? { code: 'Task.Failed', message: `Task "${id}" ended ${status}`, retryable: false };
        scope.fail(failure, status === 'TIMED_OUT' ? 'TIMED_OUT' : 'FAILED', output);
      }
    } else choose(task, scope, conditionAnswer(scope, event, question(task)));
  },
};

function question({ condition, routes }: RouterTask) {
  return { source: condition, answers: new Set(Object.keys(routes)) };
}

function choose(task: RouterTask, scope: TaskScope, value: Json | undefined): void {
  if (value === undefined) return;
  const result = toRouteKey(value);
  const target = routeOf(task, result);
  const output = { condition: result, route_taken: target, router_type: 'conditional' };
  const index = task.tasks.findIndex(({ id }) => id === target);
  if (index === -1) {
    scope.goTo('SUCCESS', target);
    scope.succeed(output);
    return;
  }
  scope.setData(output);
  scope.enterChild({ ref: `routes/${index}`, suffix: `/${target}`, id: target, siblings: 1 });
}

function routeOf({ id, routes, defaultRoute }: RouterTask, result: string): string {
  if (Object.hasOwn(routes, result)) return routes[result]!;
  const other = defaultRoute ?? (Object.hasOwn(routes, 'default') ? routes['default'] : undefined);
  if (other !== undefined) return other;
  const names = Object.keys(routes);
  const shown = result.length > 200 ? `${result.slice(0, 200)}…` : result;
  throw new CompozyError(
    'Router.NoRoute',
    `Router "${id}" has no route for the result "${shown}" and no default_route; there are ${names.map((name) => `"${name}"`).join(', ')}`,
    { details: { result: shown, routes: names } },
  );
}
