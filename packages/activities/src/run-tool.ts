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

/**
 * One call of one tool for one task: late templates, defaults and schemas before, schemas and masking after.
 *
 * @throws `Input.Invalid`, `Output.Invalid`, and the codes of templates, blobs and `Tool.*`.
 */
export async function runTool(call: RunToolInput, run: ActivityRun, options: RunToolOptions): Promise<ActivityResult> {
  const { tool, origin } = call;
  const rendering = { blobs: options.blobs, env: options.secrets(), at: call.at, seed: call.seed };
  const rendered = await renderLate(call.input, rendering);
  const input = withDefaults(options.validator, call, rendered);
  checkSchema(options.validator, tool.input, input, 'Input.Invalid', `The input of tool "${tool.id}"`);
  checkSchema(options.validator, call.inputSchema, input, 'Input.Invalid', `The input of task "${origin.taskKey}"`);
  const env = await renderLate(call.env, rendering);
  const mask = options.mask();
  const output = await options.tools.run({
    toolId: tool.id,
    input,
    config: tool.config ?? {},
    env: toEnvironment(env),
    timeoutMs: tool.timeoutMs ?? options.toolTimeoutMs,
    idempotencyKey: `${origin.execId}/${origin.taskKey}`,
    signal: run.signal,
    log: ({ stream, text }) =>
      options.log?.({ toolId: tool.id, taskKey: origin.taskKey, stream, text: mask.text(text) }),
  });
  checkSchema(options.validator, tool.output, output, 'Output.Invalid', `The output of tool "${tool.id}"`);
  checkSchema(options.validator, call.outputSchema, output, 'Output.Invalid', `The output of task "${origin.taskKey}"`);
  return { output: await inlineOrBlob(options.blobs, mask.json(output), call.inlineLimitBytes), attempt: run.attempt };
}

function withDefaults(validator: SchemaValidator, call: RunToolInput, input: Json): Json {
  const forTool = call.tool.input === undefined ? input : validator.applyDefaults(call.tool.input, input);
  return call.inputSchema === undefined ? forTool : validator.applyDefaults(call.inputSchema, forTool);
}

function toEnvironment(value: Json): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, typeof part === 'string' ? part : JSON.stringify(part)]),
  );
}
