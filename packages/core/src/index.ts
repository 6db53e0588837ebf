export { CompozyError, type CompozyErrorOptions } from './errors/compozy-error.js';
export { ERROR_CODES, isErrorCode, type ErrorCode, type ErrorSpec } from './errors/codes.js';
export {
  fromFailureRecord,
  isFailureRecord,
  toErrorView,
  toFailureRecord,
  type FailureRecord,
} from './errors/failure.js';

export { isJsonObject, type Json, type JsonObject } from './model/json.js';
export { appendPointer } from './model/json-pointer.js';

export {
  FLUSH_STRATEGIES,
  MEMORY_ROLES,
  type FlushStrategy,
  type MemoryDefinition,
  type MemoryMessage,
  type MemoryOperation,
  type MemoryOptions,
} from './model/memory.js';

export { INLINE_LIMIT_BYTES, isBlobRef, type BlobRef, type BlobStore } from './ports/blob-store.js';
export type { RateLimit, RateLimiter } from './ports/rate-limiter.js';
export type { RunGateway, RunSignal, RunStart, StartedRun } from './ports/run-gateway.js';
export type {
  ApiKeyRecord,
  ApiKeyRepository,
  HeartbeatRepository,
  IdempotencyRepository,
  LeaseRepository,
  ScheduleOverride,
  ScheduleOverrideRepository,
  Store,
} from './ports/store/store.js';
export type {
  DeadLetter,
  DeadLetterRepository,
  EventRecord,
  EventRepository,
  EventStatus,
} from './ports/store/event-records.js';
export type {
  Page,
  RunRecording,
  TaskRecord,
  TaskRepository,
  WorkflowFilter,
  WorkflowRecord,
  WorkflowRepository,
} from './ports/store/run-records.js';
export type {
  MemoryCall,
  MemoryCallOf,
  MemoryOperations,
  MemoryResult,
  MemoryResults,
} from './ports/memory-operations.js';
export type { ProjectSource } from './ports/project-source.js';
export type { ToolCall, ToolRunner } from './ports/tool-runner.js';

export {
  DEFAULT_POLICY,
  LOCAL_POLICY,
  type ActivityPolicy,
  type RetryPolicy,
  type TimeoutKind,
} from './model/policy.js';
export type {
  DirectKind,
  Plan,
  PlanSchedule,
  PlanTrigger,
  PlanWebhook,
  PlanWebhookEvent,
  ScheduleOverlap,
  ToolDefinition,
} from './model/plan.js';
export type { RunView, TaskView } from './model/run-view.js';
export {
  isTerminal,
  type AggregateTask,
  type BasicTask,
  type CollectionTask,
  type CompositeTask,
  type MemoryTask,
  type ParallelTask,
  type RouterTask,
  type SignalTask,
  type WaitTask,
  type Position,
  type Status,
  type Strategy,
  type Task,
  type TaskOf,
  type TaskType,
  type Transition,
} from './model/task.js';

export { LOCAL_ACTIVITIES, REPORTING_ACTIVITIES } from './protocol/activities.js';
export type {
  ActivityInput,
  ActivityName,
  ActivityOrigin,
  ActivityResult,
  AssembleOutputsInput,
  EngineActivities,
  EvaluateConditionInput,
  EvaluateTemplatesInput,
  ExpandItemsInput,
  GetWorkflowDataInput,
  ItemFailure,
  ItemManifest,
  RunIdentity,
  ItemPart,
  ItemSource,
  ItemsResult,
  ItemWork,
  RunItemsInput,
  RunMemoryInput,
  RunToolInput,
  SendSignalInput,
  WorkflowData,
} from './protocol/activities.js';
export type {
  ExecuteTaskInput,
  MemoryTaskResult,
  RouterTaskResult,
  TakenTransition,
  TaskActivities,
  TaskResult,
  TriggeredWorkflow,
  TriggerWorkflowInput,
} from './protocol/task-activities.js';
export { directRunId, parseDirectRunId, runnableIds, runnableName } from './protocol/direct-run.js';
export type { LateValue } from './protocol/late-value.js';
export {
  GENERIC_WORKFLOW_TYPE,
  getTaskQueue,
  LISTENS_QUERY,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  RUN_PROGRESS_QUERY,
  RUN_QUERY,
  SEARCH_ATTRIBUTES,
  SIGNAL_UPDATE,
  type SignalEnvelope,
} from './protocol/messages.js';
export { isExecId, type ResumeState, type RunInput, type Trigger } from './protocol/run-input.js';
