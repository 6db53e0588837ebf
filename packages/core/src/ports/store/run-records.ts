import type { Json, JsonObject } from '../../model/json.js';
import type { RunView, TaskView } from '../../model/run-view.js';
import type { Status } from '../../model/task.js';
import type { Trigger } from '../../protocol/run-input.js';

/** One run as lists show it; what is written of it never goes back (see {@link WorkflowRepository.upsert}). */
export interface WorkflowRecord {
  readonly workflowExecId: string;
  readonly workflowId: string;
  readonly project: string;
  readonly temporalWorkflowId: string;
  readonly status: Status;
  /** Grows with every change of the run; 0 before a worker took it. */
  readonly version: number;
  readonly input: Json;
  readonly output: Json;
  readonly error: JsonObject | null;
  readonly trigger: Trigger;
  readonly usage: JsonObject;
  /** ISO 8601 in UTC, with milliseconds; so are all times here. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

/** One task of a run. */
export interface TaskRecord extends TaskView {
  readonly workflowExecId: string;
  /** Path of the task in the run, as `--json` has it. */
  readonly path: string;
  readonly version: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; absent on the last one. Opaque. */
  readonly nextCursor?: string;
}

export interface WorkflowFilter {
  readonly project: string;
  readonly workflowId?: string;
  readonly status?: readonly Status[];
  /** Runs that started at or after, and before. */
  readonly startedFrom?: string;
  readonly startedBefore?: string;
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface WorkflowRepository {
  /**
   * Writes what is newer: a record of a lower or equal version than the stored one, and anything after a terminal
   * status, changes nothing; nor does one of another project, workflow or `temporalWorkflowId`: of several that come at
   * once, one has the row from then on. Says whether it wrote.
   */
  upsert(record: WorkflowRecord): Promise<boolean>;
  get(workflowExecId: string): Promise<WorkflowRecord | undefined>;
  /** Newest start first, ties by id; a page costs the same however far in it is. */
  list(filter: WorkflowFilter): Promise<Page<WorkflowRecord>>;
  /**
   * Runs that are not terminal and were not updated since `before`, oldest first: for the reconciler. `after`: those
   * that come behind this one in the order.
   */
  listOpen(
    project: string,
    before: string,
    limit: number,
    after?: Pick<WorkflowRecord, 'updatedAt' | 'workflowExecId'>,
  ): Promise<readonly WorkflowRecord[]>;
}

export interface TaskRepository {
  /**
   * All or nothing; for each record the rule of {@link WorkflowRepository.upsert}, but for whose it is: only the run that
   * has the row writes tasks.
   */
  upsertAll(records: readonly TaskRecord[]): Promise<void>;
  get(taskExecId: string): Promise<TaskRecord | undefined>;
  /** Tasks of a run in the order in which they started. */
  list(
    workflowExecId: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<TaskRecord>>;
  /** Children of a container, in the order in which they started. */
  children(
    parentStateId: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<TaskRecord>>;
}

/** What is written of a run in one go. */
export interface RunRecording {
  readonly project: string;
  readonly temporalWorkflowId: string;
  readonly trigger: Trigger;
  readonly version: number;
  readonly at: string;
  readonly view: RunView;
}
