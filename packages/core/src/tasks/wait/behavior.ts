import { isTrue } from '../../condition/index.js';
import { CompozyError } from '../../errors/compozy-error.js';
import { toErrorView, type FailureRecord } from '../../errors/failure.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { WaitTask } from '../../model/task.js';
import { conditionAnswer, conditionValue, type ConditionQuestion } from '../condition-value.js';
import type { ChildOutcome, TaskBehavior, TaskScope } from '../task-behavior.js';

const TIMEOUT = 'timeout';
const DURATION = 'duration';

/** What the task keeps while it works on a signal. */
interface WaitData {
  readonly waitFor: string;
  /** Signals that it has looked at, this one included. */
  readonly round: number;
  readonly signal?: JsonObject;
  readonly processor?: { readonly output: Json; readonly failure?: FailureRecord };
}

/** D-37: signals one after the other, through the processor and the condition, until one will do. */
export const wait: TaskBehavior<WaitTask> = {
  detectsErrorsIn: 'nothing',
  executionType: 'wait',
  timeoutKeptBy: 'behavior',
  children: ({ processor }) => (processor === undefined ? {} : { processor }),
  targets: ({ onTimeout }) => (onTimeout === undefined ? {} : { timeout: onTimeout }),

  enter(task, scope) {
    if (task.timeoutMs !== undefined) scope.setDeadline(TIMEOUT, scope.at + task.timeoutMs);
    if (task.durationMs !== undefined) scope.setDeadline(DURATION, scope.at + task.durationMs);
    if (task.waitFor === undefined) {
      scope.waitFor();
      return;
    }
    const waitFor = scope.evaluate(task.waitFor, undefined, '/wait_for');
    if (typeof waitFor !== 'string' || waitFor === '') {
      throw new CompozyError(
        'Template.BadArgument',
        `"wait_for" must give the name of a signal, not ${JSON.stringify(waitFor)}`,
      );
    }
    scope.setData({ waitFor, round: 0 });
    scope.waitFor(waitFor);
    lookAtNext(task, scope);
  },

  on(task, scope, event) {
    // A task with a duration has none.
    const data = scope.data() as unknown as WaitData;
    switch (event.kind) {
      case 'signal-received':
        // While it works on one signal, the next waits its turn.
        if (data.signal === undefined) lookAtNext(task, scope);
        break;
      case 'child-settled':
        processed(task, scope, data, event.child);
        break;
      case 'activity-completed':
        judged(task, scope, data, conditionAnswer(scope, event, question(task, data)));
        break;
      case 'activity-failed':
        scope.fail(event.failure);
        break;
      case 'deadline-reached':
        if (event.name === TIMEOUT) timedOut(task, scope, (data as WaitData | undefined)?.waitFor);
        else if (event.name === DURATION) finish(scope, null, null);
    }
  },
};

function lookAtNext(task: WaitTask, scope: TaskScope): void {
  // A loop and not recursion: a thousand signals that will not do may be waiting.
  for (;;) {
    const signal = scope.takeSignal();
    const { waitFor, round } = scope.data() as unknown as WaitData;
    if (signal === undefined) {
      scope.setData({ waitFor, round });
      return;
    }
    const data: WaitData = { waitFor, round: round + 1, signal };
    scope.setData(data as unknown as Json);
    if (task.processor !== undefined) {
      startProcessor(task.processor.id, scope, data);
      return;
    }
    const verdict = verdictOn(task, scope, data);
    if (verdict === undefined) return;
    if (verdict) {
      finish(scope, signal, null);
      return;
    }
  }
}

function startProcessor(id: string, scope: TaskScope, { round, signal }: WaitData): void {
  const names = { signal: signal! };
  const suffix = round === 1 ? `/${id}` : `/${id}#${round}`;
  scope.enterChild({ ref: 'processor', suffix, id, siblings: 1, locals: names, given: names });
}

function processed(task: WaitTask, scope: TaskScope, data: WaitData, child: ChildOutcome): void {
  const { output, error, status } = child;
  const failed = status !== 'SUCCESS';
  const failure = error ?? { code: 'Task.Failed', message: `The processor ended ${status}`, retryable: false };
  if (failed && task.condition === undefined) {
    scope.fail(failure);
    return;
  }
  const after: WaitData = { ...data, processor: { output, ...(failed ? { failure } : {}) } };
  scope.setData(after as unknown as Json);
  const verdict = verdictOn(task, scope, after);
  if (verdict !== undefined) conclude(task, scope, after, verdict);
}

function judged(task: WaitTask, scope: TaskScope, data: WaitData, value: Json | undefined): void {
  if (value !== undefined) conclude(task, scope, data, isTrue(value));
}

function conclude(task: WaitTask, scope: TaskScope, data: WaitData, verdict: boolean): void {
  if (verdict) finish(scope, data.signal ?? null, data.processor?.output ?? null);
  else lookAtNext(task, scope);
}

/** Whether the signal will do; `undefined` while an activity is asked. */
function verdictOn(task: WaitTask, scope: TaskScope, data: WaitData): boolean | undefined {
  if (task.condition === undefined) return true;
  const value = conditionValue(scope, question(task, data));
  return value === undefined ? undefined : isTrue(value);
}

function question({ condition = 'true' }: WaitTask, { signal, processor, round }: WaitData): ConditionQuestion {
  const failure = processor?.failure;
  const seen =
    processor === undefined
      ? null
      : { output: processor.output, error: failure === undefined ? null : toErrorView(failure) };
  return { source: condition, extra: { signal: signal ?? null, processor: seen }, round };
}

function finish(scope: TaskScope, signal: Json, processorOutput: Json): void {
  scope.succeed(
    { wait_status: 'completed', signal, processor_output: processorOutput },
    { signal, processor: { output: processorOutput, error: null } },
  );
}

function timedOut(task: WaitTask, scope: TaskScope, waitFor: string | undefined): void {
  const limit = task.timeoutMs ?? 0;
  if (task.onTimeout !== undefined) scope.goTo('TIMED_OUT', task.onTimeout);
  scope.fail(
    {
      code: 'Wait.TimedOut',
      message: `Task "${task.id}" waited ${limit} ms${waitFor === undefined ? '' : ` for the signal "${waitFor}"`}`,
      retryable: false,
      details: {
        ...(waitFor === undefined ? {} : { signal_name: waitFor }),
        timeout_ms: limit,
        timeout_sec: limit / 1_000,
      },
    },
    'TIMED_OUT',
    { wait_status: 'timed_out', signal: null, processor_output: null },
  );
}
