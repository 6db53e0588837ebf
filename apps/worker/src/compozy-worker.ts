import type { Client } from '@temporalio/client';
import type { BlobStore, Json, JsonObject, MemoryOperations, ProjectSource } from '@compozy/core';
import type { Project } from '@compozy/core/loader';
import type { OutgoingEvent, SentEvent } from '@compozy/dispatcher';
import type { SignalRequest } from './events/worker-signals.js';
import type { HealthCheck, HealthWarning } from './health/health-check.js';
import type { RunHandle } from './runs/run-handle.js';
import type { ScheduleManager } from './schedules/schedule-manager.js';
import type { DirectOptions, TriggerOptions } from './worker-options.js';

/**
 * One worker for one project. Errors are `CompozyError` with the codes that are named; ids may be those of any
 * worker's runs.
 */
export interface CompozyWorker {
  readonly client: Client;
  readonly taskQueue: string;
  /** What it serves, after `reload` too. */
  readonly project: ProjectSource;
  readonly blobs: BlobStore;
  readonly memory: MemoryOperations;
  /** The schedules of the project, as Temporal has them. */
  readonly schedules: ScheduleManager;
  /** The Workflow Id of the dispatcher that this worker's events go to. */
  readonly dispatcherId: string;
  /** What `healthCheck` looks at. */
  readonly checks: readonly HealthCheck[];
  /**
   * Resolves when the worker polls, its dispatcher runs, and it has brought its schedules to Temporal, or warned that it
   * could not. After a failure it may be called again.
   *
   * @throws `Worker.Ended`, `Server.Unreachable`.
   */
  setup(): Promise<void>;
  /**
   * Retires the dispatcher, stops polling, lets running activities finish within the grace time, then closes. Waits for
   * a `setup` that goes on. All who call it get the same end.
   */
  stop(): Promise<void>;
  /** Settles when the worker ended: by `stop`, or by a failure that it could not survive. */
  readonly ended: Promise<void>;
  /**
   * Starts a run. Its input is checked before anything is stored or started.
   *
   * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid`; `Run.Exists` where the execution id is
   * taken.
   */
  triggerWorkflow(workflowId: string, input?: Json, options?: TriggerOptions): Promise<RunHandle>;
  /**
   * Runs one task that stands in a file of its own, alone: a durable run like any other, whose `workflow_id` is
   * `task:<taskId>` and whose output is that of the task. `given` is laid over the `with` of the task.
   *
   * @throws `Config.UnknownTask`, `Input.Invalid`; `Run.Exists` where the execution id is taken.
   */
  triggerTask(taskId: string, given?: JsonObject, options?: DirectOptions): Promise<RunHandle>;
  run(workflowId: string, workflowExecId: string): RunHandle;
  /** Of the runs of this project, as what follows. @throws `Config.WrongProject`; Temporal's WorkflowNotFoundError */
  cancelWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  /** Durable: no new task is begun until `resumeWorkflow`. */
  pauseWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  resumeWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  /**
   * With `workflowExecId`, a signal to that open run: a wait task may take it now or later. With `workflowId`, to the
   * runs of that workflow that wait for it, or, when there is none, an event that only this workflow's triggers hear.
   * Else an event that starts every workflow with a trigger of that name.
   *
   * @throws `Signal.NoSuchRun`, `Event.NotAccepted`, `Input.Invalid`.
   */
  sendSignal(signal: SignalRequest): Promise<SentEvent>;
  /**
   * Starts every workflow that has a trigger of this name. Resolves when Temporal has the event; repeat it with the
   * same `eventId` when it does not.
   *
   * @throws `Event.NotAccepted`.
   */
  sendEvent(event: OutgoingEvent): Promise<SentEvent>;
  /** Resolves when everything that the worker needs answers. @throws HealthError (`Worker.Unhealthy`) naming what does not. */
  healthCheck(): Promise<void>;
  /** What somebody should look at although everything answers, as its store has it. @throws `Store.Unavailable` */
  healthWarnings(): Promise<readonly HealthWarning[]>;
  /**
   * Serves `project` from now on; running executions keep the plan they started with. After a failure the one before is
   * served.
   *
   * @throws `Config.WrongProject` for a project of another name; the codes of the tool runtime.
   */
  reload(project: Project): Promise<void>;
}
