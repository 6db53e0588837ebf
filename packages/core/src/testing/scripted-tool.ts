import { inlineOrBlob } from '../blobs/index.js';
import { renderLate } from '../late/index.js';
import type { Json } from '../model/json.js';
import type { BlobStore } from '../ports/blob-store.js';
import type { RunToolInput } from '../protocol/activities.js';
import { checkSchema, type SchemaValidator } from '../schema/index.js';

interface ToolWorld {
  readonly blobs: BlobStore;
  readonly env: Readonly<Record<string, string>>;
  readonly validator: SchemaValidator;
}

/**
 * What reaches the tool of a call, as the worker's own activity makes it: late templates, then defaults and schemas.
 *
 * @throws `Input.Invalid`, and the codes of templates and blobs.
 */
export async function prepareToolCall(
  { tool, origin, input, env, inputSchema, at, seed }: RunToolInput,
  { blobs, env: secrets, validator }: ToolWorld,
): Promise<{ readonly input: Json; readonly env: Json }> {
  const rendering = { blobs, env: secrets, at, seed };
  let given = await renderLate(input, rendering);
  for (const schema of [tool.input, inputSchema]) {
    if (schema !== undefined) given = validator.applyDefaults(schema, given);
  }
  checkSchema(validator, tool.input, given, 'Input.Invalid', `The input of tool "${tool.id}"`);
  checkSchema(validator, inputSchema, given, 'Input.Invalid', `The input of task "${origin.taskKey}"`);
  return { input: given, env: await renderLate(env, rendering) };
}

/**
 * The result of a call whose tool gives `result`.
 *
 * @throws what {@link prepareToolCall} throws, and `Output.Invalid`.
 */
export async function callScriptedTool(call: RunToolInput, result: Json, world: ToolWorld): Promise<Json> {
  const { tool, origin, outputSchema, inlineLimitBytes } = call;
  const { blobs, validator } = world;
  await prepareToolCall(call, world);
  checkSchema(validator, tool.output, result, 'Output.Invalid', `The output of tool "${tool.id}"`);
  checkSchema(validator, outputSchema, result, 'Output.Invalid', `The output of task "${origin.taskKey}"`);
  return (await inlineOrBlob(blobs, result, inlineLimitBytes)) as Json;
}
