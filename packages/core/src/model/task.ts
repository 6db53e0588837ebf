import type { Json, JsonObject } from './json.js';
import type { MemoryOperation, MemoryOptions } from './memory.js';
import type { ActivityPolicy } from './policy.js';

/** Where a thing stands in the user's files; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Transition {
  /** A task id; may be a template. */
  readonly next?: string;
  /** Merged into the `with` of the next task. */
  readonly with?: JsonObject;
}

/** What every task has, after defaults and inheritance were worked out by the compiler. */
export interface TaskBase {
  readonly id: string;
  readonly position: Position;
  /** `line:column` of each expression, by JSON pointer into the task as it is written. */
  readonly expressions?: Readonly<Record<string, string>>;
  readonly with?: JsonObject;
  readonly input?: JsonObject;
  readonly output?: JsonObject;
  readonly outputs?: Json;
  readonly env?: Readonly<Record<string, string>>;
  readonly onSuccess?: Transition;
  readonly onError?: Transition;
  readonly sleepMs?: number;
  readonly final?: true;
  /** Limit of the whole task, retries included. */
  readonly timeoutMs?: number;
  readonly policy: ActivityPolicy;
  readonly maxIterations: number;
}

export interface BasicTask extends TaskBase {
  readonly type: 'basic';
  /** Id of a tool of the plan. */
  readonly tool: string;
}

/** How a container judges its children. */
export type Strategy = 'wait_all' | 'fail_fast' | 'best_effort' | 'race';

export interface CollectionTask extends TaskBase {
  readonly type: 'collection';
  /** `undefined`: the output of the task before this one, if that is a list or holds one list only (D-32). */
  readonly items?: Json;
  readonly filter?: string;
  readonly itemVar?: string;
  readonly indexVar?: string;
  readonly mode: 'parallel' | 'sequential';
  /** Records that reach one child together as `items`; 0 means one record for each child. */
  readonly batchSize: number | string;
  /** Children that run at the same time; may be a template. */
  readonly maxWorkers: number | string;
  readonly strategy: Strategy;
  readonly task: Task;
}

export interface AggregateTask extends TaskBase {
  readonly type: 'aggregate';
  readonly outputs: Json;
}

export interface ParallelTask extends TaskBase {
  readonly type: 'parallel';
  readonly tasks: readonly Task[];
  readonly strategy: Strategy;
  /** Children that run at the same time; may be a template. */
  readonly maxWorkers: number | string;
}

export interface CompositeTask extends TaskBase {
  readonly type: 'composite';
  readonly tasks: readonly Task[];
}

/** D-31. Inline tasks of a router at the top level are tasks of the workflow; its routes name them. */
export interface RouterTask extends TaskBase {
  readonly type: 'router';
  /** CEL, or a template. */
  readonly condition: string;
  /** Task ids by the result of the condition. */
  readonly routes: Readonly<Record<string, string>>;
  readonly defaultRoute?: string;
  /** Inline tasks of a router inside of a container: the chosen one runs as its child. */
  readonly tasks: readonly Task[];
}

/** D-37. */
export interface WaitTask extends TaskBase {
  readonly type: 'wait';
  /** Name of the signal; may be a template. Without it the task waits for `durationMs`. */
  readonly waitFor?: string;
  readonly durationMs?: number;
  /** CEL, or a template; without it any signal of that name will do. */
  readonly condition?: string;
  readonly processor?: Task;
  readonly onTimeout?: string;
}

/** D-36. */
export interface SignalTask extends TaskBase {
  readonly type: 'signal';
  /** Name of the signal; may be a template. */
  readonly signal: string;
  readonly payload: Json;
  /** The run that it is meant for; without it every workflow with that trigger is started. May be a template. */
  readonly workflowExecId?: string;
}

export interface MemoryTask extends TaskBase {
  readonly type: 'memory';
  readonly operation: MemoryOperation;
  /** Id of a memory of the plan; may be a template. */
  readonly memory: string;
  /** `undefined`: the memory's own template. */
  readonly key?: string;
  readonly payload?: Json;
  readonly options?: MemoryOptions;
}

export interface TaskTypes {
  readonly basic: BasicTask;
  readonly router: RouterTask;
  readonly wait: WaitTask;
  readonly signal: SignalTask;
  readonly collection: CollectionTask;
  readonly aggregate: AggregateTask;
  readonly parallel: ParallelTask;
  readonly composite: CompositeTask;
  readonly memory: MemoryTask;
}

export type TaskType = keyof TaskTypes;
export type Task = TaskTypes[TaskType];
export type TaskOf<T extends TaskType> = TaskTypes[T];

/** D-20. */
export type Status = 'PENDING' | 'RUNNING' | 'WAITING' | 'PAUSED' | 'SUCCESS' | 'FAILED' | 'CANCELED' | 'TIMED_OUT';

const TERMINAL: readonly Status[] = ['SUCCESS', 'FAILED', 'CANCELED', 'TIMED_OUT'];

export function isTerminal(status: Status): boolean {
  return TERMINAL.includes(status);
}
