import { z } from '@hono/zod-openapi';
import { FLUSH_STRATEGIES, MEMORY_ROLES } from '@compozy/core';
import { digits } from './api-schemas.js';
import { choice } from './query-choice.js';

const key = z
  .string()
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]{1,255}$/, 'must be 1 to 255 characters, none of them a control character')
  .regex(/\S/, 'must not be blank')
  .openapi({ description: 'Which conversation of the memory', example: 'user-7' });
const message = z
  .strictObject({ role: z.enum(MEMORY_ROLES).default('user'), content: z.string() })
  .openapi('MemoryMessage');
const strategy = z.enum(FLUSH_STRATEGIES);
const flag = choice(['true', 'false']).optional();
const count = z.int();

export const memoryParams = z.object({
  memory_ref: z
    .string()
    .min(1)
    .max(1000)
    .openapi({ param: { name: 'memory_ref', in: 'path' }, description: 'Id of a memory of the project' }),
});

export const readQuery = z.strictObject({ key, limit: digits(1, 1000, 50), offset: digits(0, 999_999_999, 0) });
export const healthQuery = z.strictObject({ key, include_stats: flag, check_connectivity: flag });
export const statsQuery = z.strictObject({ key, include_content: flag, group_by: choice(['role']).optional() });

export const messagesBody = z
  .strictObject({ key, messages: z.array(message).min(1).max(1000) })
  .openapi('MemoryMessages');
export const deleteBody = z.strictObject({ key }).openapi('DeleteMemory');
export const flushBody = z
  .strictObject({
    key,
    strategy: strategy.optional().openapi({ description: "Instead of the memory's own" }),
    threshold: z.number().min(0).max(1).optional(),
    force: z.boolean().optional(),
    dry_run: z.boolean().optional(),
  })
  .openapi('FlushMemory');
export const clearBody = z
  .strictObject({ key, confirm: z.literal(true), backup: z.boolean().optional() })
  .openapi('ClearMemory');

const shown = z.object({ role: z.enum(MEMORY_ROLES), content: z.string() }).openapi('StoredMemoryMessage');
const done = { success: z.literal(true), key: z.string() };

/** What each operation answers; the same names that templates know. */
export const memoryAnswers = {
  read: z.object({
    messages: z.array(shown).readonly(),
    count: count.openapi({ description: 'Of the whole conversation' }),
    key: z.string(),
  }),
  health: z.object({
    healthy: z.boolean(),
    key: z.string(),
    token_count: count,
    message_count: count,
    actual_strategy: strategy,
    last_flush: z.string().optional(),
    current_tokens: count.optional(),
  }),
  stats: z.object({
    key: z.string(),
    message_count: count,
    token_count: count,
    actual_strategy: strategy,
    last_flush: z.string().optional(),
    avg_tokens_per_message: z.number().optional(),
    messages: z.array(shown).readonly().optional(),
    groups: z.record(z.string(), z.object({ message_count: count, token_count: count })).optional(),
  }),
  write: z.object({ ...done, count }),
  append: z.object({ ...done, appended: count, total_count: count }),
  delete: z.object(done),
  flush: z.object({
    ...done,
    summary_generated: z.literal(false),
    message_count: count,
    token_count: count,
    dry_run: z.literal(true).optional(),
    would_flush: z.boolean().optional(),
  }),
  clear: z.object({ ...done, messages_cleared: count, backup_created: z.boolean() }),
};

export type MemoryAnswer<O extends keyof typeof memoryAnswers> = z.infer<(typeof memoryAnswers)[O]>;
