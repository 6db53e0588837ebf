/**
 * Tables hold what is searched by as columns, times in milliseconds since 1970, and the record itself as JSON text: it
 * is read back exactly as it was written, keys in their order included.
 */
export interface Tables {
  compozy_schema: { version: number; applied_at: number };
  compozy_executions: {
    id: string;
    project: string;
    workflow_id: string;
    /** Null in rows of an earlier release. */
    temporal_workflow_id: string | null;
    status: string;
    /** 1 when the status is final. */
    terminal: number;
    version: number;
    started_at: number;
    updated_at: number;
    record: string;
  };
  compozy_tasks: {
    id: string;
    execution_id: string;
    parent_id: string | null;
    terminal: number;
    version: number;
    /** {@link NEVER} for a task that has not started, so that it is listed last. */
    started_at: number;
    record: string;
  };
  compozy_events: {
    project: string;
    id: string;
    status: string;
    /** 1 when the status is more than `accepted`. */
    settled: number;
    accepted_at: number;
    updated_at: number;
    record: string;
  };
  compozy_dead_letters: {
    project: string;
    id: string;
    at: number;
    /** 1 when it was sent again. */
    replayed: number;
    replayed_at: string | null;
    record: string;
  };
  /** A null value means that somebody works on it. */
  compozy_idempotency: { id: string; value: string | null; expires_at: number };
  compozy_schedule_overrides: { project: string; workflow_id: string; record: string };
  compozy_api_keys: {
    id: string;
    hash: string;
    record: string;
    created_at: number;
    revoked_at: string | null;
    last_used_at: string | null;
  };
  compozy_leases: { id: string; owner: string; expires_at: number };
  compozy_heartbeats: { id: string; details: string; beat_at: number; expires_at: number };
  compozy_blobs: { id: string; bytes: Uint8Array; touched_at: number };
}

/** Later than any time, and still exact as a JavaScript number. */
export const NEVER: number = Number.MAX_SAFE_INTEGER;
