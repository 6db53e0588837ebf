import {
  isJsonObject,
  type ActivityResult,
  type BlobStore,
  type Json,
  type RunToolInput,
  type ToolRunner,
} from '@compozy/core';
import { inlineOrBlob } from '@compozy/core/blobs';
import { renderLate } from '@compozy/core/late';
import { checkToolInput, checkToolOutput, type CheckedToolCall, type SchemaValidator } from '@compozy/core/schema';
import type { ActivityRun } from './engine-activity.js';
import type { SecretMask } from './secret-mask.js';

export interface RunToolOptions {
  readonly tools: ToolRunner;
  readonly blobs: BlobStore;
  readonly validator: SchemaValidator;
  readonly secrets: () => Readonly<Record<string, string>>;
  readonly mask: () => SecretMask;
  /** For tools that set no `timeout` of their own; ms. */
  readonly toolTimeoutMs: number;
  readonly log?: ToolLog;
}

/** Receives what tools print, with secrets masked. */
export type ToolLog = (line: {
  readonly toolId: string;
  readonly taskKey: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}) => void;

/** A call whose values are known. */
export interface ToolWork extends CheckedToolCall {
  readonly input: Json;
  readonly env: Json;
}

/**
 * One call of one tool for one task, with its late templates.
 *
 * @throws `Input.Invalid`, `Output.Invalid`, and the codes of templates, blobs and `Tool.*`.
 */
export async function runTool(
  call: RunToolInput,
  { signal, attempt }: Pick<ActivityRun, 'signal' | 'attempt'>,
  options: RunToolOptions,
): Promise<ActivityResult> {
  const rendering = { blobs: options.blobs, env: options.secrets(), at: call.at, seed: call.seed };
  const input = await renderLate(call.input, rendering);
  const env = await renderLate(call.env, rendering);
  const output = await callTool({ ...call, input, env }, signal, options);
  return { output: await inlineOrBlob(options.blobs, output, call.inlineLimitBytes), attempt };
}

/**
 * Defaults and schemas before the call, schemas and masking after it.
 *
 * @throws `Input.Invalid`, `Output.Invalid`, and `Tool.*`.
 */
export async function callTool(call: ToolWork, signal: AbortSignal, options: RunToolOptions): Promise<Json> {
  const { tool, origin } = call;
  const input = checkToolInput(options.validator, call, call.input);
  const mask = options.mask();
  const output = await options.tools.run({
    toolId: tool.id,
    input,
    config: tool.config ?? {},
    env: toEnvironment(call.env),
    timeoutMs: tool.timeoutMs ?? options.toolTimeoutMs,
    idempotencyKey: `${origin.execId}/${origin.taskKey}`,
    signal,
    log: ({ stream, text }) =>
      options.log?.({ toolId: tool.id, taskKey: origin.taskKey, stream, text: mask.text(text) }),
  });
  checkToolOutput(options.validator, call, output);
  return mask.json(output);
}

function toEnvironment(value: Json): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, typeof part === 'string' ? part : JSON.stringify(part)]),
  );
}
