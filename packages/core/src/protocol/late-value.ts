import type { Json, JsonObject } from '../model/json.js';

/**
 * A value with templates that the workflow may not evaluate, because they touch a secret or a value in the blob store.
 * The activity that consumes it renders them just before use.
 */
export interface LateValue {
  /** Everything that was evaluated; a late string stands here as its source. */
  readonly value: Json;
  /** JSON pointers (RFC 6901) of the strings that are still templates. */
  readonly late?: readonly string[];
  /** JSON pointer of the value itself in its task, for errors. */
  readonly field?: string;
  /** What these strings refer to, and nothing else. */
  readonly context?: JsonObject;
}
