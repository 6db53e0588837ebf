import type { FailureRecord } from '../errors/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { ActivityPolicy, TimeoutKind } from '../model/policy.js';
import type { Plan } from '../model/plan.js';
import type { Status, Task } from '../model/task.js';
import type { ActivityInput, ActivityName, ActivityOrigin } from '../protocol/activities.js';
import type { LateValue } from '../protocol/late-value.js';

/** What a behaviour hears about its own node. */
export type TaskEvent =
  | { readonly kind: 'activity-completed'; readonly name: string; readonly result: Json; readonly attempts: number }
  | {
      readonly kind: 'activity-failed';
      readonly name: string;
      readonly failure: FailureRecord;
      readonly attempts: number;
      readonly timeout?: TimeoutKind;
    }
  | { readonly kind: 'deadline-reached'; readonly name: string }
  | { readonly kind: 'child-settled'; readonly child: ChildOutcome };

export interface ChildOutcome {
  readonly key: string;
  readonly id: string;
  readonly status: Status;
  readonly output: Json;
  readonly error?: FailureRecord;
  readonly locals?: JsonObject;
}

export interface NewChild {
  /** Path of the child in the plan, relative to the task: `task`, `tasks/2`. */
  readonly ref: string;
  /** Ends the child's key: `[3]`, `/name`. */
  readonly suffix: string;
  readonly id: string;
  readonly locals?: JsonObject;
  /** Laid over the evaluated `with` of the child; values, never templates. */
  readonly given?: JsonObject;
  /** Children of the container in all. */
  readonly siblings: number;
  /** Key of the sibling that ended just before. */
  readonly previous?: string;
}

/** What a behaviour can do, on behalf of one node. Every effect is recorded in the state and in the commands. */
export interface TaskScope {
  readonly key: string;
  readonly plan: Plan;
  /** The evaluated `with`. */
  readonly input: Json;
  readonly origin: ActivityOrigin;
  readonly at: number;
  readonly seed: string;
  /** `with`, ready for an activity: what may not be evaluated here travels as source. */
  readonly taskInput: LateValue;
  /** Children of the same container in all, this one included; 1 at the top level. */
  readonly siblings: number;
  data(): Json | undefined;
  setData(data: Json): void;

  /** Evaluates every template in `value`; throws the template's failure, or `TemplateLateError`. */
  evaluate(value: Json, extra?: JsonObject): Json;
  /** As {@link evaluate}, but leaves what has to be evaluated by an activity. */
  evaluateLate(value: Json, extra?: JsonObject): LateValue;
  /** What `template` refers to, for an activity that will evaluate it. */
  contextFor(template: string): JsonObject;
  /** Output of the task that ended just before this one in the same scope. */
  previousOutput(): Json | undefined;

  runActivity<N extends ActivityName>(
    name: string,
    activity: N,
    input: ActivityInput<N>,
    options: { readonly policy: ActivityPolicy; readonly summary: string; readonly repeatable?: boolean },
  ): void;
  setDeadline(name: string, at: number): void;

  enterChild(child: NewChild): void;
  /** Settles a child that is still open as CANCELED, with everything in it. */
  cancelChild(key: string): void;
  childOutcome(key: string): ChildOutcome | undefined;
  /** Drops a settled child from the state. */
  forgetChild(key: string): void;

  /** Ends the task: error detection, `outputs`, then SUCCESS. `children` is what `.children` shows to `outputs`. */
  succeed(output: Json, extra?: JsonObject): void;
  fail(failure: FailureRecord, status?: 'FAILED' | 'TIMED_OUT', output?: Json): void;
}

/** A type of task: pure, synchronous, without memory of its own. */
export interface TaskBehavior<T extends Task> {
  enter(task: T, scope: TaskScope): void;
  on(task: T, scope: TaskScope, event: TaskEvent): void;
  /** The tasks inside, by their path relative to the task. */
  children(task: T): Readonly<Record<string, Task>>;
  /** Where a failure may be reported as an output (D-22): in what the executor gave, in `outputs`, or nowhere. */
  readonly detectsErrorsIn: 'result' | 'outputs' | 'nothing';
  /** Temporal itself keeps the time limit of the task, as that of its one activity; otherwise the machine does. */
  readonly limitedByActivity: boolean;
  /** Schemas of the output beside the task's own. */
  outputSchemas?(task: T, plan: Plan): readonly JsonObject[];
}
