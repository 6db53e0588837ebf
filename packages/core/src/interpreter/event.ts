import type { Json } from '../model/json.js';
import type { FailureRecord } from '../errors/failure.js';
import type { TimeoutKind } from '../model/policy.js';

interface EventBase {
  /** Workflow clock, ms since the epoch. */
  readonly at: number;
}

/** What the shell tells the machine. */
export type RunEvent = EventBase &
  (
    | { readonly kind: 'activity-completed'; readonly key: string; readonly result: Json; readonly attempts: number }
    | {
        readonly kind: 'activity-failed';
        readonly key: string;
        readonly failure: FailureRecord;
        readonly attempts: number;
        readonly timeout?: TimeoutKind;
      }
    | { readonly kind: 'activity-cancelled'; readonly key: string }
    | { readonly kind: 'deadline-reached'; readonly key: string }
    | {
        readonly kind: 'signal-received';
        readonly name: string;
        readonly payload: Json;
        /** Given by the sender; the same id is heard once. */
        readonly id?: string;
        readonly source?: string;
      }
    | { readonly kind: 'pause-requested' }
    | { readonly kind: 'resume-requested' }
    | { readonly kind: 'cancel-requested' }
    /** The history is long enough: start nothing new, and continue as new once nothing is in flight. */
    | { readonly kind: 'drain-requested' }
    /** First event after continue-as-new. */
    | { readonly kind: 'continued' }
  );
