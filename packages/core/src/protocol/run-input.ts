import type { Json, JsonObject } from '../model/json.js';
import type { BlobRef } from '../ports/blob-store.js';

export interface Trigger {
  readonly type: 'api' | 'cli' | 'signal' | 'webhook' | 'schedule' | 'task' | 'mcp';
  readonly name?: string;
  readonly payload?: Json;
  readonly event_id?: string;
  readonly correlation_id?: string;
  readonly source?: string;
}

/** The argument of every workflow type. JSON in snake_case, so that any Temporal client can send it. */
export interface RunInput {
  /** Default: the Temporal workflow type. */
  readonly workflow_id?: string;
  readonly workflow_exec_id?: string;
  /** Refused when it is not the project of the worker that takes the run. */
  readonly project?: string;
  readonly input?: Json;
  readonly initial_task_id?: string;
  readonly trigger?: Trigger;
  /** Set by continue-as-new only. */
  readonly resume?: ResumeState;
}

// Index rows of databases and Workflow Ids take only so much.
const EXEC_ID = /^[^\p{Cc}\s]{1,200}$/u;

/** Whether it can be the id of an execution: 1 to 200 characters without white space and control characters. */
export function isExecId(value: unknown): value is string {
  return typeof value === 'string' && EXEC_ID.test(value);
}

export interface ResumeState {
  /** The plan and the state of the run so far, inline or, when large, in the blob store. */
  readonly snapshot: JsonObject | BlobRef;
}
