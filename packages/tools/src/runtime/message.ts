import type { Json, JsonObject } from '@compozy/core';
import type { OutputFailure } from './serialize-output.js';
import type { ThrownError } from './describe-thrown.js';

/** What the worker tells a tool process. */
export type ParentMessage =
  | {
      readonly kind: 'init';
      readonly bundleUrl: string;
      /** Where bare imports are resolved from, and what `require` is relative to. */
      readonly entrypointUrl: string;
      readonly needsRequire: boolean;
      readonly outputLimitBytes: number;
      /** Printed on stdout and stderr after each call; what comes before it belongs to that call. */
      readonly marker: string;
    }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly toolId: string;
      readonly input: Json;
      readonly config: JsonObject;
      readonly idempotencyKey: string;
      readonly envNames: readonly string[];
    }
  | { readonly kind: 'abort'; readonly reason: 'timeout' | 'canceled' };

/** What a tool process tells the worker. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly toolIds: readonly string[] }
  | { readonly kind: 'load-failed'; readonly error: ThrownError }
  /** The call has arrived: from now on another attempt would be a second one. */
  | { readonly kind: 'started'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly output: Json }
  | { readonly kind: 'threw'; readonly id: number; readonly error: ThrownError }
  | { readonly kind: 'bad-output'; readonly id: number; readonly failure: OutputFailure }
  | { readonly kind: 'not-found'; readonly id: number; readonly toolIds: readonly string[] }
  | {
      readonly kind: 'fatal';
      readonly origin: 'uncaughtException' | 'unhandledRejection';
      readonly error: ThrownError;
    };
