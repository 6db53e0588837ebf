import type { ParentMessage } from '../runtime/message.js';

/** How a tool process is started. Two with the same key are interchangeable. */
export interface ProcessSpec {
  /** Bundle, permissions and environment. Holds secrets: never shown. */
  readonly key: string;
  readonly bundleHash: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  readonly secrets: readonly string[];
  readonly projectDirs: readonly string[];
  readonly init: Pick<Extract<ParentMessage, { kind: 'init' }>, 'bundleUrl' | 'entrypointUrl' | 'needsRequire'>;
  readonly outputLimitBytes: number;
  readonly maxMemoryMb: number;
  readonly killGraceMs: number;
  readonly loadTimeoutMs: number;
}

/** Something that happened to a tool process; for metrics and logs. */
export type ToolProcessEvent =
  | { readonly kind: 'started' | 'ready'; readonly pid: number | undefined }
  | {
      readonly kind: 'exited';
      readonly pid: number | undefined;
      /** Calls that it ran. */
      readonly calls: number;
      /** Why it was ended, or `itself`. */
      readonly reason: string;
      readonly exitCode: number | null;
      readonly signal: string | null;
    };
