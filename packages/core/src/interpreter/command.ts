import type { FailureRecord } from '../errors/failure.js';
import type { Json } from '../model/json.js';
import type { ActivityPolicy } from '../model/policy.js';
import type { ActivityInput, ActivityName } from '../protocol/activities.js';
import type { BlobRef } from '../ports/blob-store.js';

export type RunActivityCommand = {
  [N in ActivityName]: {
    readonly kind: 'run-activity';
    readonly key: string;
    readonly activity: N;
    readonly input: ActivityInput<N>;
    readonly policy: ActivityPolicy;
    /** One line for people who look at the history. */
    readonly summary: string;
    /** Whether the call may be taken back while the run goes on; a run that ends takes back everything anyway. */
    readonly cancellable: boolean;
    /** Whether a call that was lost with its worker may be repeated. */
    readonly repeatable: boolean;
  };
}[ActivityName];

/** What the machine asks of the shell, in document order (I4). */
export type Command =
  | RunActivityCommand
  | { readonly kind: 'set-deadline'; readonly key: string; readonly at: number }
  | { readonly kind: 'clear-deadline'; readonly key: string }
  | { readonly kind: 'cancel'; readonly key: string }
  | { readonly kind: 'complete-run'; readonly output: Json | BlobRef }
  | { readonly kind: 'fail-run'; readonly failure: FailureRecord; readonly timedOut?: true }
  | { readonly kind: 'cancel-run' }
  | { readonly kind: 'continue-as-new' };
