import type { Json, JsonObject } from './json.js';
import type { Status } from './task.js';

/** A task of a run as users see it: `--json`, the query, the HTTP API. Times are ISO 8601 in UTC. */
export interface TaskView {
  readonly task_id: string;
  readonly task_exec_id: string;
  readonly type: string;
  /** What the original stored beside the type: `basic` for all that is no container, router or wait. */
  readonly execution_type: string;
  readonly component: 'task' | 'tool' | 'agent';
  readonly status: Status;
  readonly input: Json;
  readonly output: Json;
  readonly error: JsonObject | null;
  readonly attempts: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** Path of the container that this task runs in. */
  readonly parent?: string;
  /** The `task_exec_id` of that container. */
  readonly parent_state_id?: string;
  /** Progress of a container. */
  readonly progress?: {
    readonly total: number;
    readonly settled: number;
    readonly failed: number;
    readonly active: number;
  };
}

export interface RunView {
  readonly workflow_id: string;
  readonly workflow_exec_id: string;
  readonly status: Status;
  readonly input: Json;
  readonly output: Json;
  readonly error: JsonObject | null;
  /** By task path. A collection of more than 1,000 items lists what is active and the first failures. */
  readonly tasks: Readonly<Record<string, TaskView>>;
  readonly usage: JsonObject;
  /** `null` where nothing is known of it. */
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** In a result that was too large otherwise: it leaves out what tasks took and gave. The query has everything. */
  readonly abridged?: true;
}
