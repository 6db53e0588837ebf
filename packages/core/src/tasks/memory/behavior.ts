import type { Json, JsonObject } from '../../model/json.js';
import type { MemoryTask } from '../../model/task.js';
import type { BlobRef } from '../../ports/blob-store.js';
import { inlineLimit } from '../inline-limit.js';
import type { TaskBehavior, TaskScope } from '../task-behavior.js';

/** Stands for `with` where only the activity may read all of it: what refers to it is then evaluated there. */
const LATE_INPUT: BlobRef = { $blob: '', bytes: 0, type: 'json' };

export const memory: TaskBehavior<MemoryTask> = {
  detectsErrorsIn: 'nothing',
  timeoutKeptBy: 'machine',

  enter(task, scope) {
    const ref = scope.evaluate(task.memory);
    const memories = scope.plan.memories ?? {};
    const definition = typeof ref === 'string' && Object.hasOwn(memories, ref) ? memories[ref] : undefined;
    if (definition === undefined) {
      const known = Object.keys(memories).map((id) => `"${id}"`);
      const list = known.length === 0 ? 'the project has none' : `there are ${known.join(', ')}`;
      const message = `There is no memory ${JSON.stringify(ref)}; ${list}`;
      scope.fail({ code: 'Memory.NotFound', message, retryable: false });
      return;
    }
    const key = task.key ?? definition.defaultKeyTemplate;
    if (key === undefined) {
      const message = `Memory "${definition.id}" has no "default_key_template"; give the task a "key_template"`;
      scope.fail({ code: 'Memory.Invalid', message, retryable: false });
      return;
    }
    const request = {
      key,
      ...(task.payload === undefined ? {} : { payload: task.payload }),
      ...(task.options === undefined ? {} : { options: { ...task.options } as JsonObject }),
    };
    const { operation } = task;
    scope.runActivity(
      'memory',
      'runMemory',
      { origin: scope.origin, operation, memory: definition, ...inputs(task, scope, request), ...limits(scope) },
      { policy: task.policy, summary: `${task.id}: ${operation} ${definition.id}` },
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

function inputs(task: MemoryTask, scope: TaskScope, request: Json) {
  const input = scope.taskInput;
  const isLate = input.late !== undefined;
  const late = LATE_INPUT as unknown as Json;
  return {
    request: scope.evaluateLate(request, isLate ? { with: late, input: late } : undefined),
    ...(isLate || task.input !== undefined ? { input } : {}),
    ...(task.input === undefined ? {} : { inputSchema: task.input }),
    ...(task.output === undefined ? {} : { outputSchema: task.output }),
  };
}

function limits({ siblings, at, seed }: TaskScope) {
  return { inlineLimitBytes: inlineLimit(siblings), at, seed };
}
