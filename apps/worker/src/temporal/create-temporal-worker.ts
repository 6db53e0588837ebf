import type { Worker, WorkerOptions as TemporalWorkerOptions } from '@temporalio/worker';
import type { WorkerOptions } from '../worker-options.js';
import type { TemporalClient } from './create-client.js';

export interface TemporalWorkerRequest {
  readonly connected: Pick<TemporalClient, 'newWorker'>;
  readonly taskQueue: string;
  /** The bundle of the workflow code. */
  readonly codePath: string;
  readonly activities: object;
  readonly options: Pick<WorkerOptions, 'config' | 'monitoring' | 'versioning'>;
}

/** Past the grace time, what does not end is left alone. */
const FORCE_AFTER_MS = 10_000;

/** Temporal's worker with what the options say. It polls when it is run. */
export async function createTemporalWorker(request: TemporalWorkerRequest): Promise<Worker> {
  const { connected, taskQueue, codePath, activities, options } = request;
  const { config = {}, versioning } = options;
  const { interceptors, sinks } = options.monitoring ?? {};
  const graceMs = config.shutdownGraceMs ?? 30_000;
  const deployment: TemporalWorkerOptions['workerDeploymentOptions'] | undefined =
    versioning === undefined
      ? undefined
      : { useWorkerVersioning: true, version: versioning, defaultVersioningBehavior: 'PINNED' };
  return await connected.newWorker(taskQueue, {
    workflowBundle: { codePath },
    activities,
    maxConcurrentActivityTaskExecutions: config.maxConcurrentActivities ?? 100,
    ...(config.maxConcurrentLocalActivities === undefined
      ? {}
      : { maxConcurrentLocalActivityExecutions: config.maxConcurrentLocalActivities }),
    ...(config.maxConcurrentWorkflowTasks === undefined
      ? {}
      : { maxConcurrentWorkflowTaskExecutions: config.maxConcurrentWorkflowTasks }),
    shutdownGraceTime: graceMs,
    shutdownForceTime: graceMs + FORCE_AFTER_MS,
    ...(interceptors === undefined ? {} : { interceptors }),
    ...(sinks === undefined ? {} : { sinks }),
    ...(deployment === undefined ? {} : { workerDeploymentOptions: deployment }),
  });
}
