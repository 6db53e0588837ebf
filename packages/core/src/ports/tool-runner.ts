import type { Json, JsonObject } from '../model/json.js';

/** One call of one tool function. */
export interface ToolCall {
  readonly toolId: string;
  readonly input: Json;
  /** Second argument of the function: the tool's `config`. */
  readonly config: JsonObject;
  /** Environment of the tool beside `PATH`, `HOME`, `LANG` and `TMPDIR`; already resolved, may hold secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** The same for every attempt of one logical call. */
  readonly idempotencyKey: string;
  /** Aborting it stops the tool: its own signal first, its process after a grace period. */
  readonly signal: AbortSignal;
  /** Receives what the tool writes to stdout and stderr, line by line. */
  readonly log?: (line: { readonly stream: 'stdout' | 'stderr'; readonly text: string }) => void;
}

/** Runs tool functions. Throws `CompozyError` with a `Tool.*` code; cancellation throws `Task.Canceled`. */
export interface ToolRunner {
  run(call: ToolCall): Promise<Json>;
  /** Ids that `run` accepts, or `undefined` when that is known only by trying. */
  toolIds(): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}
