import type { Json } from '../model/json.js';

/** Names on the Temporal wire. Changing one breaks running executions and foreign clients. */
export const GENERIC_WORKFLOW_TYPE = 'CompozyWorkflow';

export const RUN_QUERY = 'run.view';
export const RUN_PROGRESS_QUERY = 'run.progress';
/** Arguments: the workflow id, the name and the id of a signal. Says whether a task waits for it, or it was heard. */
export const LISTENS_QUERY = 'run.listens';
export const PAUSE_SIGNAL = 'run.pause';
export const RESUME_SIGNAL = 'run.resume';
/** Hands over a signal and says whether the run took it; a Temporal signal of the same name does without an answer. */
export const SIGNAL_UPDATE = 'run.signal';

/** What a signal may carry beside its payload. */
export interface SignalEnvelope {
  readonly payload: Json;
  readonly metadata?: {
    /** The same id is heard once, however often it is sent. */
    readonly signal_id?: string;
    readonly source?: string;
  };
}

export const SEARCH_ATTRIBUTES = {
  execId: 'CompozyExecId',
  project: 'CompozyProject',
  workflow: 'CompozyWorkflow',
  status: 'CompozyStatus',
} as const;

/** The queue that every worker of a project polls, so that another worker can take over. */
export function getTaskQueue(project: string): string {
  return `compozy-${project}`;
}
