import type { JsonObject } from '@compozy/core';

/** A schedule in the names that files and runs have. What only one of the two sources knows may be missing. */
export interface ScheduleRow {
  readonly workflow_id: string;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly is_override: boolean;
  readonly yaml_config: JsonObject;
  readonly next_run_time: string | null;
  readonly last_run_time: string | null;
  readonly last_run_status?: string | null;
}

export type ScheduleAction = 'pause' | 'resume' | 'trigger' | 'reset';

/** Where schedules are asked for: a compozy-worker, or Temporal itself. */
export interface ScheduleSource extends AsyncDisposable {
  list(): Promise<readonly ScheduleRow[]>;
  /** Gives the schedule as it is then. */
  act(action: ScheduleAction, workflowId: string): Promise<ScheduleRow>;
}
