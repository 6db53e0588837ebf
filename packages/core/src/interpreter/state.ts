import type { FailureRecord } from '../errors/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Status } from '../model/task.js';
import type { Trigger } from '../protocol/run-input.js';
import type { Command, RunActivityCommand } from './command.js';

export interface RunContext {
  readonly execId: string;
  readonly workflowId: string;
  readonly project: string;
  /** Start of the run, ms since the epoch. */
  readonly at: number;
  /** Source of everything random in the run. */
  readonly seed: string;
  /** Inline, or a `BlobRef`. */
  readonly input: Json;
  readonly trigger: Trigger;
  readonly initialTaskId?: string;
  /** One task alone: the run ends with it, and the state says where it would have gone. `with` is laid over its own. */
  readonly single?: { readonly with: JsonObject };
}

/** Where a run goes on. */
export interface NextTask {
  readonly id: string;
  /** Laid over the evaluated `with` of the task; values, never templates. */
  readonly given?: JsonObject;
}

/** One pass of one task. */
export interface TaskNode {
  readonly key: string;
  /** Path of the task in the plan: `1`, or `1/task` for the child of the second task. */
  readonly ref: string;
  readonly id: string;
  readonly siblings: number;
  /** Key of the container, or `null` at the top level. */
  readonly parent: string | null;
  /** Key of the task that ended just before this one was entered, in the same scope. */
  readonly previous?: string;
  readonly status: Status;
  /** Counts from 1; a task that a loop comes back to gets a new pass. */
  readonly iteration: number;
  /** Values laid over the evaluated `with`: of a transition, or of a container. Never templates. */
  readonly given?: JsonObject;
  /** What the container adds to the template context of its child: `item`, `index` and their custom names. */
  readonly locals?: JsonObject;
  readonly input: Json;
  /** Pointers into `input` that are evaluated late. */
  readonly late?: readonly string[];
  readonly output?: Json;
  readonly error?: FailureRecord;
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Where the run goes when the task ends in `status`, whatever its transitions say. */
  readonly goesTo?: { readonly status: Status; readonly id: string };
  /** Belongs to the behaviour of the task's type. */
  readonly data?: Json;
}

/** An activity that was handed to the shell and has not ended. */
export interface Issued {
  readonly node: string | null;
  /** What the node's behaviour calls it. */
  readonly name: string;
  readonly command: RunActivityCommand;
  readonly workersLost: number;
}

/** One thing for the machine to do in this turn. */
export type Work =
  | {
      readonly kind: 'enter';
      readonly ref: string;
      readonly key: string;
      readonly id: string;
      readonly parent: string | null;
      readonly iteration: number;
      readonly siblings: number;
      readonly given?: JsonObject;
      readonly locals?: JsonObject;
      readonly previous?: string;
    }
  | { readonly kind: 'settled'; readonly key: string }
  | { readonly kind: 'deadline'; readonly deadline: Deadline }
  /** A signal came in for a task that waits. */
  | { readonly kind: 'signal'; readonly key: string };

export interface Deadline {
  readonly node: string;
  readonly name: string;
  readonly at: number;
}

/** A signal that somebody may still want to see. */
export interface HeldSignal {
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  readonly source: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly bytes: number;
  /** Keys of the open tasks that wait for it and have not looked at it yet. */
  readonly for: readonly string[];
  /** Some task has looked at it. */
  readonly taken: boolean;
}

/** Signals and who waits for them. */
export interface SignalState {
  readonly held: readonly HeldSignal[];
  /** Names that open tasks wait for, by the key of the task. */
  readonly waits: Readonly<Record<string, string>>;
  /** Ids that were received, the newest last: a sender that tries again is not heard twice. */
  readonly ids: readonly string[];
  readonly received: number;
  /** Signals that came when there was no room. */
  readonly refused: number;
}

export interface RunState {
  readonly version: 1;
  /** Steps so far. */
  readonly turns: number;
  readonly context: RunContext;
  readonly at: number;
  readonly status: Status;
  readonly nodes: Readonly<Record<string, TaskNode>>;
  /** Newest pass of each task id, by scope: the key of the container, or `''`. */
  readonly latest: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Passes of each task ref so far. */
  readonly passes: Readonly<Record<string, number>>;
  readonly issued: Readonly<Record<string, Issued>>;
  readonly deadlines: Readonly<Record<string, Deadline>>;
  /** Activities that wait for `resume-requested` or for the next Temporal run. */
  readonly held: readonly RunActivityCommand[];
  /** Tasks that were to be entered, and deadlines that were reached, while the run was paused. */
  readonly heldWork: readonly Work[];
  readonly signals: SignalState;
  readonly paused: boolean;
  readonly draining: boolean;
  readonly draws: number;
  /** Key of the top-level task that settled last. */
  readonly lastTask?: string;
  /** Of a run of one task alone. */
  readonly next?: NextTask;
  readonly output?: Json;
  readonly failure?: FailureRecord;
  readonly ended: boolean;
}

export interface Step {
  readonly state: RunState;
  readonly commands: readonly Command[];
}
