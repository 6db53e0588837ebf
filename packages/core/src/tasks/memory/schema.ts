import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { FLUSH_STRATEGIES, type MemoryOperation, type MemoryOptions } from '../../model/memory.js';
import { anyValue, flag, mapping, nonEmptyText, noted, oneOf, scalarText, wholeNumber } from '../document-fields.js';
import { taskFields } from '../task-fields.js';
import type { TaskCompiler, TaskSchema } from '../task-schema.js';

const fraction = noted(z.number().min(0).max(1), { expected: 'a number from 0 to 1', code: 'value.range' });

const strategies = ['fifo', ...FLUSH_STRATEGIES, 'hybrid_summary'];
const strategy = noted(
  z.string().refine((value) => value.includes('{{') || strategies.includes(value)),
  {
    expected: `one of ${FLUSH_STRATEGIES.map((name) => `"${name}"`).join(', ')}, or a template`,
    code: 'value.enum',
    values: strategies,
  },
);

const document = mapping({
  ...taskFields,
  operation: oneOf('read', 'write', 'append', 'delete', 'flush', 'health', 'clear', 'stats'),
  memory_ref: nonEmptyText,
  key_template: nonEmptyText.optional(),
  payload: anyValue.optional(),
  batch_size: wholeNumber(0, 10_000).optional(),
  max_keys: wholeNumber(0, 50_000).optional(),
  flush_config: mapping({
    strategy: strategy.optional(),
    max_keys: wholeNumber(0).optional(),
    dry_run: flag.optional(),
    force: flag.optional(),
    threshold: fraction.optional(),
  }).optional(),
  health_config: mapping({ include_stats: flag.optional(), check_connectivity: flag.optional() }).optional(),
  stats_config: mapping({ include_content: flag.optional(), group_by: scalarText.optional() }).optional(),
  clear_config: mapping({ confirm: flag.optional(), backup: flag.optional() }).optional(),
});

type MemoryDocument = Partial<z.output<typeof document>>;

/** The keys that only some operations read. */
const OPERATIONS_OF = {
  payload: ['write', 'append'],
  flush_config: ['flush'],
  health_config: ['health'],
  stats_config: ['stats'],
  clear_config: ['clear'],
} as const satisfies Record<string, readonly MemoryOperation[]>;

export const memory: TaskSchema<typeof document> = {
  document,
  compile(task, scope) {
    const { operation, memory_ref: ref, key_template: key } = task;
    const definition = ref === undefined ? undefined : scope.memory(ref);
    if (definition !== undefined && key === undefined && definition.defaultKeyTemplate === undefined) {
      const message = `Memory "${ref}" has no "default_key_template", so the task needs a "key_template"`;
      scope.report('value.missing', message, { expected: '"key_template"' });
    }
    if (operation === undefined) return undefined;
    checkFields(operation, task, scope);
    checkOptions(task, scope);
    if (ref === undefined) return undefined;
    const options = optionsOf(task);
    return {
      ...scope.base(),
      type: 'memory',
      operation,
      memory: ref,
      ...(key === undefined ? {} : { key }),
      ...(task.payload === undefined ? {} : { payload: task.payload as Json }),
      ...(Object.keys(options).length === 0 ? {} : { options }),
    };
  },
};

function checkFields(operation: MemoryOperation, task: MemoryDocument, scope: TaskCompiler): void {
  if ((operation === 'write' || operation === 'append') && (task.payload ?? null) === null) {
    const message = `The operation "${operation}" needs a "payload": a text, a message, or a list of messages`;
    scope.report('value.missing', message, { expected: '"payload"' });
  }
  if (operation === 'clear' && task.clear_config?.confirm !== true) {
    scope.report('value.missing', 'The operation "clear" needs "clear_config.confirm: true"', {
      path: ['clear_config', 'confirm'],
      expected: 'true',
    });
  }
  for (const [key, operations] of Object.entries(OPERATIONS_OF)) {
    const isRead = (operations as readonly MemoryOperation[]).includes(operation);
    if (task[key as keyof typeof OPERATIONS_OF] === undefined || isRead) continue;
    ignored(scope, [key], `the operation is "${operation}"`);
  }
}

function checkOptions(task: MemoryDocument, scope: TaskCompiler): void {
  const reason = 'an operation works on one key, and "*" in it is nothing special';
  if (task.batch_size !== undefined) ignored(scope, ['batch_size'], reason);
  if (task.max_keys !== undefined) ignored(scope, ['max_keys'], reason);
  if (task.flush_config?.max_keys !== undefined) ignored(scope, ['flush_config', 'max_keys'], reason);
  if (task.flush_config?.strategy === 'hybrid_summary') {
    scope.report('feature.unsupported', 'Flushing with a summary ("hybrid_summary") is not supported yet', {
      path: ['flush_config', 'strategy'],
    });
  }
  const { group_by: groupBy = 'role' } = task.stats_config ?? {};
  if (groupBy !== 'role') ignored(scope, ['stats_config', 'group_by'], 'messages can be grouped by "role" only');
}

function ignored(scope: TaskCompiler, path: readonly string[], reason: string): void {
  const message = `"${path.at(-1)}" has no effect here: ${reason}`;
  scope.report('key.ignored', message, { path, at: 'key', severity: 'warning' });
}

function optionsOf(task: MemoryDocument): MemoryOptions {
  const { flush_config: flush, health_config: health, stats_config: stats, clear_config: clear } = task;
  const options = {
    strategy: flush?.strategy,
    threshold: flush?.threshold,
    force: flush?.force,
    dryRun: flush?.dry_run,
    includeStats: health?.include_stats,
    checkConnectivity: health?.check_connectivity,
    includeContent: stats?.include_content,
    groupBy: stats?.group_by === undefined ? undefined : String(stats.group_by),
    backup: clear?.backup,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
