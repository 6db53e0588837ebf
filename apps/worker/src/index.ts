export type { CompozyWorker } from './compozy-worker.js';
export { createWorker } from './create-worker.js';
export type {
  DirectOptions,
  TriggerOptions,
  WorkerConfig,
  WorkerMonitoring,
  WorkerNotice,
  WorkerOptions,
  WorkerSchedules,
  WorkerStore,
  WorkerVersioning,
} from './worker-options.js';
export type { SignalRequest } from './events/worker-signals.js';
export {
  createClient,
  type ClientConfig,
  type NewWorkerOptions,
  type TemporalClient,
} from './temporal/create-client.js';
export { connect, type TemporalSettings } from './temporal/connection.js';
export { getTaskQueue } from '@compozy/core';
export { createProjectHost, createResourceRegistry, type ProjectHost } from '@compozy/core/loader';
export { createExecId } from './runs/exec-id.js';
export type { ToolFunctions } from './project/project-tools.js';
export { createBlobSweep, type BlobSweep, type BlobSweepOptions } from './runs/create-blob-sweep.js';
export type { SweepHolder } from './runs/held-up-sweep.js';
export { createNamespaceGuard, type NamespaceGuard, type NamespaceGuardOptions } from './runs/namespace-guard.js';
export { createRunReconciler, type RunReconciler, type RunReconcilerOptions } from './runs/reconcile-runs.js';
export { createRunHandle, type RunHandle } from './runs/run-handle.js';
export type { ScheduledRun, ScheduleInfo } from './schedules/describe-schedule.js';
export type { ScheduleLog, ScheduleLogEntry } from './schedules/keep-reconciled.js';
export { openSchedules } from './schedules/open-schedules.js';
export { reconcileSchedules, type ReconcileOptions, type ReconcileResult } from './schedules/reconcile-schedules.js';
export {
  createScheduleManager,
  type ScheduleChange,
  type ScheduleManager,
  type ScheduleManagerOptions,
} from './schedules/schedule-manager.js';
export { bundleWorkflows } from './temporal/workflow-bundle.js';
export type {
  ApiDependencies,
  ApiEvent,
  ApiEvents,
  ApiRuns,
  ApiSchedules,
  ApiStore,
  RateLimitOptions,
  RunReference,
  ApiSchedule,
  StartRequest,
} from './http/api-dependencies.js';
export { API_SCOPES, createApiKey, createApiKeys, hashApiKey, type ApiKeys, type ApiScope } from './http/api-key.js';
export { createApi } from './http/create-api.js';
export { createWorkerApi, type ApiSettings, type WorkerApiOptions } from './http/create-worker-api.js';
export type { ApiApp } from './http/api-environment.js';
export { HealthError, type HealthCheck, type HealthReport, type HealthWarning } from './health/health-check.js';
export { startServer, type Server, type ServerOptions } from './http/start-server.js';
export { startWorkerServer, type WorkerServerOptions } from './http/start-worker-server.js';
export { createWorkerChecks } from './health/worker-checks.js';
export { createWorkerRuns, type WorkerRunsOptions } from './http/ports/worker-runs.js';
export { openStore, type OpenStore } from './settings/open-store.js';
