import type { Json } from '../../model/json.js';
import { anyValue, mapping, scalarText, text } from '../document-fields.js';
import { taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const document = mapping({
  ...taskFields,
  signal: mapping({
    id: scalarText.optional(),
    payload: anyValue.optional(),
    workflow_exec_id: text.optional(),
  }).optional(),
});

export const signal: TaskSchema<typeof document> = {
  document,
  outputKeys: ['signal_dispatched', 'signal_id', 'workflow_exec_id', 'started', 'rejected'],
  compile(task, scope) {
    const { id, payload, workflow_exec_id: run } = task.signal ?? {};
    if (id === undefined || id === '') {
      scope.report('value.missing', 'A signal task needs "signal.id", the name of the signal', {
        ...(task.signal === undefined ? {} : { path: ['signal'] }),
        expected: '"signal.id"',
      });
      return undefined;
    }
    return {
      ...scope.base({ calls: true }),
      type: 'signal',
      signal: String(id),
      payload: (payload ?? null) as Json,
      ...(run === undefined ? {} : { workflowExecId: run }),
    };
  },
};
