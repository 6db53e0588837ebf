export interface ErrorSpec {
  /** Whether the engine may try again by itself. A retry policy never overrules `false`. */
  readonly retryable: boolean;
  /** Who can do something about it. */
  readonly category: 'user' | 'provider' | 'system';
}

/** Every code that Compozy raises. Closed: a code that is not here does not compile. */
export const ERROR_CODES = {
  // A project, its files and its settings.
  'Config.Invalid': { retryable: false, category: 'user' },
  'Config.UnknownWorkflow': { retryable: false, category: 'user' },
  'Config.UnknownTask': { retryable: false, category: 'user' },
  'Config.WrongProject': { retryable: false, category: 'user' },
  'Config.WrongNamespace': { retryable: false, category: 'user' },
  'Config.PlanTooLarge': { retryable: false, category: 'user' },
  // Values against their JSON Schemas.
  'Input.Invalid': { retryable: false, category: 'user' },
  'Output.Invalid': { retryable: false, category: 'user' },
  // Templates and conditions.
  'Template.Syntax': { retryable: false, category: 'user' },
  'Template.UnknownPath': { retryable: false, category: 'user' },
  'Template.UnknownFunction': { retryable: false, category: 'user' },
  'Template.BadArgument': { retryable: false, category: 'user' },
  'Template.TooExpensive': { retryable: false, category: 'user' },
  'Condition.Invalid': { retryable: false, category: 'user' },
  // Tasks.
  'Task.Failed': { retryable: true, category: 'user' },
  'Task.OutputError': { retryable: false, category: 'user' },
  'Task.TimedOut': { retryable: false, category: 'user' },
  'Task.WorkerLost': { retryable: false, category: 'system' },
  'Task.ChildFailed': { retryable: false, category: 'user' },
  'Task.TooManyIterations': { retryable: false, category: 'user' },
  'Task.DuplicateChild': { retryable: false, category: 'user' },
  'Task.BadItems': { retryable: false, category: 'user' },
  'Task.Canceled': { retryable: false, category: 'user' },
  'Task.OutputTooLarge': { retryable: false, category: 'user' },
  'Router.NoRoute': { retryable: false, category: 'user' },
  'Wait.TimedOut': { retryable: false, category: 'user' },
  'Run.Exists': { retryable: false, category: 'user' },
  'Run.Forgotten': { retryable: false, category: 'system' },
  // Signals between runs.
  'Signal.NoSuchRun': { retryable: false, category: 'user' },
  'Signal.NotConfigured': { retryable: false, category: 'system' },
  'Signal.BufferFull': { retryable: true, category: 'user' },
  // Schedules in Temporal.
  'Schedule.NotFound': { retryable: false, category: 'user' },
  // Events and the dispatchers that they go to.
  'Event.Unknown': { retryable: false, category: 'user' },
  'Event.TooLarge': { retryable: false, category: 'user' },
  'Event.NotAccepted': { retryable: true, category: 'system' },
  // Tools and the processes that run them.
  'Tool.NotFound': { retryable: false, category: 'user' },
  'Tool.Threw': { retryable: true, category: 'user' },
  'Tool.TimedOut': { retryable: true, category: 'user' },
  'Tool.Crashed': { retryable: true, category: 'user' },
  'Tool.OutOfMemory': { retryable: false, category: 'user' },
  'Tool.OutputTooLarge': { retryable: false, category: 'user' },
  'Tool.OutputNotJson': { retryable: false, category: 'user' },
  'Tool.PermissionDenied': { retryable: false, category: 'user' },
  'Tool.BuildFailed': { retryable: false, category: 'user' },
  'Tool.LoadFailed': { retryable: false, category: 'user' },
  // Memories.
  'Memory.NotConfigured': { retryable: false, category: 'user' },
  'Memory.NotFound': { retryable: false, category: 'user' },
  'Memory.Invalid': { retryable: false, category: 'user' },
  'Memory.Unavailable': { retryable: true, category: 'system' },
  // Large values.
  'Blob.NotFound': { retryable: false, category: 'system' },
  'Blob.Unavailable': { retryable: true, category: 'system' },
  // What is kept beside Temporal.
  'Store.Unavailable': { retryable: true, category: 'system' },
  // The Temporal server that the command line starts or reaches.
  'Server.NotFound': { retryable: false, category: 'system' },
  'Server.StartFailed': { retryable: false, category: 'system' },
  'Server.Unreachable': { retryable: true, category: 'system' },
  // A worker and what it needs.
  'Worker.Unhealthy': { retryable: true, category: 'system' },
  'Worker.Ended': { retryable: false, category: 'user' },
  // Our own mistakes.
  'Internal.Bug': { retryable: false, category: 'system' },
} as const satisfies Record<`${string}.${string}`, ErrorSpec>;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}
