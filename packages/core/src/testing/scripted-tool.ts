import { inlineOrBlob } from '../blobs/index.js';
import { renderLate } from '../late/index.js';
import type { Json } from '../model/json.js';
import type { BlobStore } from '../ports/blob-store.js';
import type { RunToolInput } from '../protocol/activities.js';
import { checkToolInput, checkToolOutput, type SchemaValidator } from '../schema/index.js';

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
  call: RunToolInput,
  { blobs, env: secrets, validator }: ToolWorld,
): Promise<{ readonly input: Json; readonly env: Json }> {
  const rendering = { blobs, env: secrets, at: call.at, seed: call.seed };
  const input = checkToolInput(validator, call, await renderLate(call.input, rendering));
  return { input, env: await renderLate(call.env, rendering) };
}

/**
 * The result of a call whose tool gives `result`.
 *
 * @throws what {@link prepareToolCall} throws, and `Output.Invalid`.
 */
export async function callScriptedTool(call: RunToolInput, result: Json, world: ToolWorld): Promise<Json> {
  await prepareToolCall(call, world);
  checkToolOutput(world.validator, call, result);
  return (await inlineOrBlob(world.blobs, result, call.inlineLimitBytes)) as Json;
}
