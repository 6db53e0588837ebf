import type { Json } from '../model/json.js';
import type { Trigger } from '../protocol/run-input.js';

export interface RunStart {
  readonly workflowId: string;
  readonly workflowExecId: string;
  readonly input: Json;
  readonly trigger: Trigger;
  /** Where the run begins; its first task by default. */
  readonly initialTaskId?: string;
}

/** A run that is there now. */
export interface StartedRun {
  readonly temporalWorkflowId: string;
  /** Of its first Temporal run; `undefined` when somebody started it before. */
  readonly runId: string | undefined;
}

export interface RunSignal {
  /** The same id is heard once, however often it is sent. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  /** Who sends it: `task`, `api`, … */
  readonly source: string;
}

/** How an activity reaches other runs of the project. */
export interface RunGateway {
  /** Starts a run; when there is one of that id already, open or ended, it does nothing. */
  startRun(run: RunStart): Promise<StartedRun>;
  /**
   * Hands a signal to an open run.
   *
   * @throws `Signal.NoSuchRun` when none of that execution id is open.
   */
  signalRun(workflowExecId: string, signal: RunSignal): Promise<void>;
}
