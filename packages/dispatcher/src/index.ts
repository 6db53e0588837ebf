import { fileURLToPath } from 'node:url';

/** The module with `DispatcherWorkflow`, for those who compose their own workflow code. */
export const dispatcherWorkflowPath: string = fileURLToPath(new URL('./workflow/index.js', import.meta.url));

export { buildSignalRoutingMap, type CompiledTrigger } from './routing-map.js';
export { processEventSignal } from './process-event-signal.js';

export { createDispatcherActivities, type DispatcherActivitiesOptions } from './create-dispatcher-activities.js';
export type { DispatcherStore } from './dispatcher-store.js';

export {
  createEventSender,
  type EventSender,
  type EventSenderOptions,
  type OutgoingEvent,
  type SentEvent,
} from './create-event-sender.js';
export { createDispatcherWatch, type DispatcherWatch, type DispatcherWatchOptions } from './create-dispatcher-watch.js';
export { eventRowId } from './event-row-id.js';
export { replayDeadLetter } from './replay-dead-letter.js';

export { dispatcherId, parseDispatcherId, type DispatcherName } from './common/dispatcher-id.js';
export {
  DISPATCHER_WORKFLOW_TYPE,
  EVENT_SIGNAL,
  RETIRE_SIGNAL,
  STATUS_QUERY,
  type AcceptedEvent,
  type DispatcherActivities,
  type DispatcherInput,
  type DispatcherStatus,
  type EventOutcome,
  type EventSignal,
  type HeartbeatInput,
  type StartTriggeredInput,
  type StartTriggeredResult,
} from './common/protocol.js';
