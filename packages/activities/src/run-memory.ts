import {
  CompozyError,
  type ActivityResult,
  type BlobStore,
  type Json,
  type MemoryOperations,
  type RunMemoryInput,
} from '@compozy/core';
import { inlineOrBlob } from '@compozy/core/blobs';
import { renderMemoryCall } from '@compozy/core/late';
import { checkSchema, type SchemaValidator } from '@compozy/core/schema';
import type { ActivityRun } from './engine-activity.js';
import type { SecretMask } from './secret-mask.js';

export interface RunMemoryOptions {
  readonly memory: MemoryOperations | undefined;
  readonly blobs: BlobStore;
  readonly validator: SchemaValidator;
  readonly secrets: () => Readonly<Record<string, string>>;
  readonly mask: () => SecretMask;
}

/**
 * One operation of one memory task. Every attempt has the same idempotency key, so a change is made once.
 *
 * @throws `Memory.*`, `Input.Invalid`, `Output.Invalid`, and the codes of templates and blobs.
 */
export async function runMemory(
  input: RunMemoryInput,
  run: Pick<ActivityRun, 'attempt'>,
  { memory, blobs, validator, secrets, mask }: RunMemoryOptions,
): Promise<ActivityResult> {
  const { origin, operation } = input;
  if (memory === undefined) {
    throw new CompozyError(
      'Memory.NotConfigured',
      `Task "${origin.taskKey}" needs a memory, and this worker has none; pass "memory" to createActivities, for example createMemory() of @compozy/memory`,
      { details: { memory: input.memory.id, operation } },
    );
  }
  const rendered = await renderMemoryCall(input, { blobs, env: secrets(), at: input.at, seed: input.seed });
  checkSchema(validator, input.inputSchema, rendered.input, 'Input.Invalid', `The input of task "${origin.taskKey}"`);
  const output = (await memory.execute(rendered.call)) as unknown as Json;
  checkSchema(validator, input.outputSchema, output, 'Output.Invalid', `The output of task "${origin.taskKey}"`);
  return { output: await inlineOrBlob(blobs, mask().json(output), input.inlineLimitBytes), attempt: run.attempt };
}
