import type { BasicTask } from '../../model/task.js';
import { inlineLimit } from '../inline-limit.js';
import type { TaskBehavior } from '../task-behavior.js';

export const basic: TaskBehavior<BasicTask> = {
  detectsErrorsIn: 'result',
  component: 'tool',
  timeoutKeptBy: 'activity',
  outputSchemas({ tool }, plan) {
    const schema = plan.tools[tool]?.output;
    return schema === undefined ? [] : [schema];
  },

  enter(task, scope) {
    const tool = scope.plan.tools[task.tool];
    if (tool === undefined) {
      scope.fail({ code: 'Tool.NotFound', message: `No tool "${task.tool}"`, retryable: false });
      return;
    }
    scope.runActivity(
      'tool',
      'runTool',
      {
        origin: scope.origin,
        tool,
        input: scope.taskInput,
        env: scope.evaluateLate({ ...scope.plan.env, ...task.env, ...tool.env }, undefined, '/env'),
        ...(task.input === undefined ? {} : { inputSchema: task.input }),
        ...(task.output === undefined ? {} : { outputSchema: task.output }),
        inlineLimitBytes: inlineLimit(scope.siblings),
        at: scope.at,
        seed: scope.seed,
      },
      { policy: task.policy, summary: `${task.id}: ${task.tool}`, repeatable: tool.idempotent !== false },
    );
  },

  on(_task, scope, event) {
    if (event.kind === 'activity-completed') scope.succeed(event.result);
    else if (event.kind === 'activity-failed') {
      scope.fail(event.failure, event.timeout === undefined ? 'FAILED' : 'TIMED_OUT');
    }
  },

  children: () => ({}),
};
