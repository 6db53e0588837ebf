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
  /** A signal that the task waits for is there to be taken. */
  | { readonly kind: 'signal-received' }
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

/** A settled child that never was in the state. */
export interface RecordedChild extends Pick<NewChild, 'ref' | 'suffix' | 'id'> {
  readonly status: Status;
  readonly attempts: number;
  readonly output?: Json;
  readonly error?: FailureRecord;
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
  /** Goes along with everything that the run sets in motion. */
  readonly correlationId: string;
  /** `with`, ready for an activity: what may not be evaluated here travels as source. */
  readonly taskInput: LateValue;
  /** Children of the same container in all, this one included; 1 at the top level. */
  readonly siblings: number;
  data(): Json | undefined;
  setData(data: Json): void;

  /**
   * Evaluates every template in `value`; throws the template's failure, also when it has to be left to an activity.
   * `field`: its JSON pointer in the task, for errors.
   */
  evaluate(value: Json, extra?: JsonObject, field?: string): Json;
  /** As {@link evaluate}, but leaves what has to be evaluated by an activity. */
  evaluateLate(value: Json, extra?: JsonObject, field?: string): LateValue;
  /** The value of a CEL expression; throws as {@link evaluate} does. */
  evaluateCondition(source: string, extra?: JsonObject): Json;
  /** What a CEL expression refers to, for an activity that will evaluate it. */
  conditionContext(source: string, extra?: JsonObject): JsonObject;
  /** What `template` refers to, for an activity that will evaluate it. */
  contextFor(template: string): JsonObject;
  /**
   * What `templates` of a child refer to that an activity runs: all but what belongs to the child alone, which is
   * `task`, `with`, `input`, `output`, `children` and its locals.
   */
  childContext(ref: string, templates: readonly string[]): JsonObject;
  /** Output of the task that ended just before this one in the same scope. */
  previousOutput(): Json | undefined;

  runActivity<N extends ActivityName>(
    name: string,
    activity: N,
    input: ActivityInput<N>,
    options: { readonly policy: ActivityPolicy; readonly summary: string; readonly repeatable?: boolean },
  ): void;
  /** Takes back an activity that has not ended. */
  withdrawActivity(name: string): void;
  setDeadline(name: string, at: number): void;
  /** Gives `deadline-reached` of this name in the same turn; while the run is paused, when it is resumed. */
  unlessPaused(name: string): void;

  /** The task waits: for signals of this name, or, without a name, for a deadline. */
  waitFor(name?: string): void;
  /** The next signal that the task has not looked at. */
  takeSignal(): JsonObject | undefined;
  /** At the top level: where the run goes when the task ends in `status`, whatever its transitions say. */
  goTo(status: 'SUCCESS' | 'TIMED_OUT', id: string): void;

  enterChild(child: NewChild): void;
  /** Settles a child that is still open as CANCELED, with everything in it. */
  cancelChild(key: string): void;
  childOutcome(key: string): ChildOutcome | undefined;
  /** Drops a settled child from the state. */
  forgetChild(key: string): void;
  /** Puts a child into the state that an activity ran. */
  recordChild(child: RecordedChild): void;

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
  /** Whether its children run at the same time; if not given, they do not. */
  runsSideBySide?(task: T): boolean;
  /** The children run one after the other, in this order. */
  readonly childrenInOrder?: true;
  /** Task ids that it may go on to beside its transitions, by what they are called in a drawing. */
  targets?(task: T): Readonly<Record<string, string>>;
  /** Where a failure may be reported as an output (D-22): in what the executor gave, in `outputs`, or nowhere. */
  readonly detectsErrorsIn: 'result' | 'outputs' | 'nothing';
  /** Who keeps the task's `timeout`: Temporal, as the limit of its one activity; the behaviour; or the machine. */
  readonly timeoutKeptBy: 'activity' | 'behavior' | 'machine';
  /** D-40: what a row of the task says beside its type; `basic` and `task` when left out. */
  readonly executionType?: 'router' | 'parallel' | 'collection' | 'composite' | 'wait';
  readonly component?: 'tool' | 'agent';
  /** Schemas of the output beside the task's own. */
  outputSchemas?(task: T, plan: Pick<Plan, 'tools'>): readonly JsonObject[];
}
