import { DEFAULT_POLICY, type ActivityPolicy } from '../model/policy.js';
import type { OptionsDocument } from '../tasks/document-fields.js';
import { parseDuration } from '../tasks/parse-duration.js';

/** What is set at one level: project, workflow, container or task. */
export interface PolicyLevel {
  readonly config?: Partial<OptionsDocument> | undefined;
  readonly retries?: number | undefined;
}

export interface PolicyOptions {
  /** From the outermost level to the task's own. */
  readonly levels: readonly PolicyLevel[];
  /** Limit of all attempts of a task together. */
  readonly timeoutMs?: number | undefined;
  /** A call may take as long as its tool says, unless an attempt is limited on purpose. */
  readonly toolTimeoutMs?: number | undefined;
}

/** Starting the call and sending its result take time of their own. */
const TOOL_MARGIN_MS = 30_000;

/** D-23: each level overrides what it sets, over the defaults. */
export function compilePolicy({ levels, timeoutMs, toolTimeoutMs = 0 }: PolicyOptions): ActivityPolicy {
  const last = <T>(read: (level: PolicyLevel) => T | undefined): T | undefined =>
    levels.map((level) => read(level)).findLast((value) => value !== undefined);
  // Zero means "not set", as in the original.
  const lastMs = (read: (config: Partial<OptionsDocument>) => string | undefined) =>
    last(({ config }) => durationMs(config === undefined ? undefined : read(config)) || undefined);
  const retry = DEFAULT_POLICY.retry;
  const attempts = last(({ config, retries }) =>
    retries === undefined ? config?.retry_policy?.maximum_attempts || undefined : retries + 1,
  );
  const initialIntervalMs = lastMs((config) => config.retry_policy?.initial_interval) ?? retry.initialIntervalMs;
  const maximumIntervalMs = lastMs((config) => config.retry_policy?.maximum_interval) ?? retry.maximumIntervalMs;
  const ofAll = (timeoutMs || undefined) ?? lastMs((config) => config.schedule_to_close_timeout);
  const ofOne =
    lastMs((config) => config.start_to_close_timeout) ??
    Math.max(DEFAULT_POLICY.startToCloseMs, toolTimeoutMs + TOOL_MARGIN_MS);
  const toStart = lastMs((config) => config.schedule_to_start_timeout);
  const nonRetryable = last(({ config }) => config?.retry_policy?.non_retryable_error_types);
  return {
    startToCloseMs: ofAll === undefined ? ofOne : Math.min(ofOne, ofAll),
    ...(ofAll === undefined ? {} : { scheduleToCloseMs: ofAll }),
    ...(toStart === undefined ? {} : { scheduleToStartMs: toStart }),
    retry: {
      maximumAttempts: attempts ?? retry.maximumAttempts,
      initialIntervalMs,
      backoffCoefficient: last(({ config }) => config?.retry_policy?.backoff_coefficient) ?? retry.backoffCoefficient,
      // Temporal refuses a maximum below the first interval.
      maximumIntervalMs: Math.max(maximumIntervalMs, initialIntervalMs),
      nonRetryable: nonRetryable?.map(String) ?? retry.nonRetryable,
    },
  };
}

/** A duration that was checked before. */
export function durationMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
