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
import type { SchemaValidator } from '@compozy/core/schema';
import { checkSchema } from './check-schema.js';
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
export interface ToolWork extends Pick<RunToolInput, 'origin' | 'tool' | 'inputSchema' | 'outputSchema'> {
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
  const input = withDefaults(options.validator, call);
  checkSchema(options.validator, tool.input, input, 'Input.Invalid', `The input of tool "${tool.id}"`);
  checkSchema(options.validator, call.inputSchema, input, 'Input.Invalid', `The input of task "${origin.taskKey}"`);
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
  checkSchema(options.validator, tool.output, output, 'Output.Invalid', `The output of tool "${tool.id}"`);
  checkSchema(options.validator, call.outputSchema, output, 'Output.Invalid', `The output of task "${origin.taskKey}"`);
  return mask.json(output);
}

function withDefaults(validator: SchemaValidator, { input, ...call }: ToolWork): Json {
  const forTool = call.tool.input === undefined ? input : validator.applyDefaults(call.tool.input, input);
  return call.inputSchema === undefined ? forTool : validator.applyDefaults(call.inputSchema, forTool);
}

function toEnvironment(value: Json): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, typeof part === 'string' ? part : JSON.stringify(part)]),
  );
}
