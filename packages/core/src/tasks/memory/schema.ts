import { anyValue, flag, mapping, oneOf, scalarText, text, wholeNumber } from '../document-fields.js';
import { z } from 'zod';
import { noted } from '../document-fields.js';
import { taskFields } from '../task-fields.js';
import type { TaskSchema } from '../task-schema.js';

const fraction = noted(z.number().min(0).max(1), { expected: 'a number from 0 to 1', code: 'value.range' });

const document = mapping({
  ...taskFields,
  operation: oneOf('read', 'write', 'append', 'delete', 'flush', 'health', 'clear', 'stats').optional(),
  memory_ref: text.optional(),
  key_template: text.optional(),
  payload: anyValue.optional(),
  batch_size: wholeNumber(0, 10_000).optional(),
  max_keys: wholeNumber(0, 50_000).optional(),
  flush_config: mapping({
    strategy: scalarText.optional(),
    max_keys: wholeNumber(0).optional(),
    dry_run: flag.optional(),
    force: flag.optional(),
    threshold: fraction.optional(),
  }).optional(),
  health_config: mapping({ include_stats: flag.optional(), check_connectivity: flag.optional() }).optional(),
  stats_config: mapping({ include_content: flag.optional(), group_by: scalarText.optional() }).optional(),
  clear_config: mapping({ confirm: flag.optional(), backup: flag.optional() }).optional(),
});

export const memory: TaskSchema<typeof document> = {
  document,
  compile(_task, scope) {
    scope.unsupported([]);
    return undefined;
  },
};
