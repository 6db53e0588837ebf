import type { Json, JsonObject } from '../model/json.js';
import type { Status } from '../model/task.js';
import type { BlobRef } from '../ports/blob-store.js';

/** One task, for a workflow that somebody wrote by hand. */
export interface ExecuteTaskInput {
  /** The task as in YAML: `{ id, type, use: 'tool(x)', … }`. */
  readonly taskConfig: JsonObject;
  /** Values laid over the task's `with`; its templates see them as `.workflow.input` too. */
  readonly taskInput?: JsonObject;
  /** A workflow of the project whose own tools, schemas and memories the task may use. */
  readonly workflowId?: string;
  /** What `.workflow.exec_id` shows; by default an id derived from the calling activity. */
  readonly workflowExecId?: string;
}

/** A transition of a task, evaluated. */
export interface TakenTransition {
  readonly next: string;
  readonly with: JsonObject;
}

/** How a task ended. Its failure is a result and no exception; its retries are made inside of the activity. */
export interface TaskResult {
  readonly taskId: string;
  readonly status: Status;
  /** A reference when it is large, which `loadJson` of `@compozy/core/blobs` reads. */
  readonly output: Json | BlobRef;
  readonly error: JsonObject | null;
  /** Where the task leads, whether there is such a task or not. */
  readonly nextTaskId?: string;
  /** The transition that led there. */
  readonly onSuccess?: TakenTransition;
  readonly onError?: TakenTransition;
}

export interface RouterTaskResult extends TaskResult {
  /** The result of the condition. */
  readonly route?: string;
}

export interface MemoryTaskResult extends TaskResult {
  /** `with` as the operation saw it, with defaults; secrets are left as templates. */
  readonly mergedInput: Json;
}

export interface TriggerWorkflowInput {
  readonly workflowId: string;
  readonly input?: Json;
  readonly initialTaskId?: string;
  /** By default derived from the calling activity, so that its retry starts nothing twice. */
  readonly workflowExecId?: string;
}

export interface TriggeredWorkflow {
  readonly workflowId: string;
  readonly workflowExecId: string;
  readonly temporalWorkflowId: string;
  /** Missing when an earlier attempt started it. */
  readonly runId?: string;
}

/**
 * Activities for workflows that users write themselves, under these names on the wire. Those that run a task check its
 * definition by the schema of the YAML, and fail with `Config.Invalid` when it does not fit.
 */
export interface TaskActivities {
  executeBasicTask(input: ExecuteTaskInput): Promise<TaskResult>;
  executeRouterTask(input: ExecuteTaskInput): Promise<RouterTaskResult>;
  executeAggregateTask(input: ExecuteTaskInput): Promise<TaskResult>;
  executeSignalTask(input: ExecuteTaskInput): Promise<TaskResult>;
  executeMemoryTask(input: ExecuteTaskInput): Promise<MemoryTaskResult>;
  /** Starts a run after checking its input; does not wait for it. */
  triggerWorkflow(input: TriggerWorkflowInput): Promise<TriggeredWorkflow>;
}
