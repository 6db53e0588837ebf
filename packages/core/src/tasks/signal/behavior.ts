import { CompozyError } from '../../errors/compozy-error.js';
import type { SignalTask } from '../../model/task.js';
import type { TaskBehavior } from '../task-behavior.js';

/** D-36: one activity, which starts the workflows with that trigger, or speaks to one run. */
export const signal: TaskBehavior<SignalTask> = {
  detectsErrorsIn: 'nothing',
  timeoutKeptBy: 'activity',
  children: () => ({}),

  enter(task, scope) {
    const name = scope.evaluate(task.signal, undefined, '/signal/id');
    if (typeof name !== 'string' || name === '') {
      throw new CompozyError('Template.BadArgument', `"signal.id" must give a text, not ${JSON.stringify(name)}`);
    }
    const run =
      task.workflowExecId === undefined
        ? undefined
        : scope.evaluate(task.workflowExecId, undefined, '/signal/workflow_exec_id');
    if (run !== undefined && (typeof run !== 'string' || run === '')) {
      const message = `"signal.workflow_exec_id" must give the execution id of a run, not ${JSON.stringify(run)}`;
      throw new CompozyError('Template.BadArgument', message);
    }
    scope.runActivity(
      'signal',
      'sendSignal',
      {
        origin: scope.origin,
        name,
        payload: scope.evaluateLate(task.payload, undefined, '/signal/payload'),
        correlationId: scope.correlationId,
        ...(run === undefined ? {} : { workflowExecId: run }),
        at: scope.at,
        seed: scope.seed,
      },
      { policy: task.policy, summary: `${task.id}: ${name}` },
    );
  },

  on(_task, scope, event) {
    if (event.kind === 'activity-completed') scope.succeed(event.result);
    else if (event.kind === 'activity-failed') {
      scope.fail(event.failure, event.timeout === undefined ? 'FAILED' : 'TIMED_OUT');
    }
  },
};
