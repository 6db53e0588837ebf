import { duration, mapping, scalarText, text } from '../document-fields.js';
import { parseDuration } from '../parse-duration.js';
import { taskFields, unnamedTask } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  wait_for: text.optional(),
  condition: scalarText.optional(),
  processor: unnamedTask.optional(),
  on_timeout: text.optional(),
  duration: duration.optional(),
});

/** Signals that the engine itself is spoken to by. */
const RESERVED = /^(run\.|__temporal|__stack_trace)/;

export const wait: TaskSchema<typeof document> = {
  document,
  outputKeys: ['wait_status', 'signal', 'processor_output'],
  compile(task, scope) {
    const { wait_for: waitFor, duration: length, condition, on_timeout: onTimeout } = task;
    if (waitFor === undefined && length === undefined) {
      const expected = '"wait_for", or "duration"';
      scope.report('value.missing', `A wait task needs ${expected}`, { expected });
    }
    if (waitFor !== undefined && length !== undefined) {
      const message = 'A wait task has either "wait_for" or "duration"; its "timeout" limits how long it waits';
      scope.report('value.conflict', message, { path: ['duration'], at: 'key' });
    }
    if (waitFor !== undefined && RESERVED.test(waitFor)) {
      const message = `The engine itself uses signals called ${JSON.stringify(waitFor)}; choose another name`;
      scope.report('value.conflict', message, { path: ['wait_for'] });
    }
    for (const key of ['condition', 'processor', 'on_timeout'] as const) {
      if (waitFor !== undefined || task[key] === undefined) continue;
      scope.report('key.ignored', `"${key}" has no effect without "wait_for"`, { path: [key], at: 'key' });
    }
    if (waitFor !== undefined && onTimeout !== undefined && task.timeout === undefined) {
      scope.report('key.ignored', '"on_timeout" has no effect without "timeout"', { path: ['on_timeout'], at: 'key' });
    }
    if (onTimeout !== undefined && !scope.isTopLevel) {
      const message = '"on_timeout" has no effect here: the task around it decides what comes next';
      scope.report('key.ignored', message, { path: ['on_timeout'], at: 'key' });
    }
    const processor = task.processor === undefined ? undefined : scope.child(['processor'], { defaultId: 'processor' });
    if (waitFor === undefined && length === undefined) return undefined;
    if (task.processor !== undefined && processor === undefined) return undefined;
    return {
      ...scope.base(),
      type: 'wait',
      ...(waitFor === undefined ? {} : { waitFor }),
      ...(length === undefined ? {} : { durationMs: parseDuration(length) ?? 0 }),
      ...(condition === undefined ? {} : { condition: String(condition) }),
      ...(processor === undefined ? {} : { processor }),
      ...(onTimeout === undefined || !scope.isTopLevel ? {} : { onTimeout }),
    };
  },
  targets: (task) => (task.on_timeout === undefined ? [] : [task.on_timeout]),
};
