import { toMemoryCall } from '../memory/index.js';
import type { Json } from '../model/json.js';
import type { MemoryCall } from '../ports/memory-operations.js';
import type { RunMemoryInput } from '../protocol/activities.js';
import { renderLate, type LateRendering } from './render-late.js';

/**
 * What a memory task asks for, with everything late rendered, and its `with`.
 *
 * @throws `Memory.Invalid`, and what {@link renderLate} throws.
 */
export async function renderMemoryCall(
  call: RunMemoryInput,
  rendering: LateRendering,
): Promise<{ readonly call: MemoryCall; readonly input: Json }> {
  const input = await renderLate(call.input ?? { value: {} }, rendering);
  // The workflow could not read all of `with`, so that what refers to it is rendered here.
  const isLate = call.input?.late !== undefined;
  const context = isLate ? { ...call.request.context, with: input, input } : call.request.context;
  const request = await renderLate({ ...call.request, ...(context === undefined ? {} : { context }) }, rendering);
  return { call: toMemoryCall(call, request), input };
}
