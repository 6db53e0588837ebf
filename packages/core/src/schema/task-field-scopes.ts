import type { CheckedTask } from './checked-task.js';
import { isRecord, type Path } from './source-document.js';

/** What the templates of one field may speak of, beside what all templates of a task may. */
export interface FieldScope {
  readonly locals: readonly string[];
  /** What of the task itself exists: nothing but its place, its result, or its end. */
  readonly after: 'nothing' | 'result' | 'end';
  /** What the field is, where a secret in it would reach the history; `undefined` where a secret is fine. */
  readonly secrets: string | undefined;
  /** Without `{{` the text is CEL. */
  readonly isCondition: boolean;
}

const PLAIN: Omit<FieldScope, 'locals'> = { after: 'nothing', secrets: undefined, isCondition: false };

/** The fields of a task that may hold templates, by their key. Tasks inside of it have their own. */
export function taskFieldScopes(
  task: CheckedTask,
  parents: readonly CheckedTask[],
): readonly (readonly [Path, FieldScope])[] {
  const outer = parents.flatMap((parent) => itemNames(parent));
  const own = itemNames(task);
  const given = isRecord(task.document.with) ? Object.keys(task.document.with) : [];
  const perItem = [...outer, ...own, 'item', 'index', ...given];
  const at = (key: string, scope: Partial<FieldScope>) => [[key], { ...PLAIN, locals: outer, ...scope }] as const;
  const fields: (readonly [Path, FieldScope])[] = [
    at('with', { locals: [...outer, ...own] }),
    at('env', {}),
    at('outputs', { locals: [...outer, ...ownResult(task)], after: 'result', secrets: 'outputs' }),
    at('on_success', { locals: [...outer, 'error'], after: 'end', secrets: 'on_success' }),
    at('on_error', { locals: [...outer, 'error'], after: 'end', secrets: 'on_error' }),
    at('condition', { locals: [...outer, ...ownResult(task)], secrets: 'condition', isCondition: true }),
    at('wait_for', { secrets: 'wait_for' }),
    at('signal', { secrets: 'signal' }),
    at('tool', {}),
    at('prompt', {}),
    at('action', {}),
    at('memory', {}),
    at('memory_ref', { secrets: 'memory_ref' }),
    at('key_template', {}),
    at('payload', {}),
    at('flush_config', {}),
    at('health_config', {}),
    at('stats_config', {}),
    at('clear_config', {}),
    at('knowledge', {}),
    at('attachments', {}),
    at('batch_size', { secrets: 'batch_size' }),
    at('max_workers', { secrets: 'max_workers' }),
    at('batch', { secrets: 'batch' }),
    at('items', { locals: [...outer, ...given], secrets: 'items' }),
    at('filter', { locals: [...perItem, ...variables(task)], secrets: 'filter' }),
  ];
  const [parent] = parents;
  if (parent?.type === 'collection') {
    const withKeys = isRecord(parent.document.with) ? Object.keys(parent.document.with) : [];
    fields.push(at('id', { locals: [...outer, ...withKeys], secrets: 'id' }));
  }
  return fields;
}

/** Names that some container in `value`, a workflow or a part of one, may give to what runs inside of it. */
export function itemNamesIn(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const element of part) visit(element);
    if (!isRecord(part)) return;
    if (part['type'] === 'collection' || part['type'] === 'parallel') {
      for (const name of ['item', 'items', 'index', part['item_var'], part['index_var']]) {
        if (typeof name === 'string') names.add(name);
      }
    }
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(value);
  return names;
}

/** Names that a container gives to what runs inside of it. */
function itemNames(task: CheckedTask): readonly string[] {
  const document = task.document as { readonly batch_size?: unknown; readonly with?: Record<string, unknown> };
  if (task.type === 'wait') return ['signal'];
  if (task.type === 'parallel')
    return document.with?.['batch_size'] === undefined && document.batch_size === undefined ? [] : ['items', 'index'];
  if (task.type !== 'collection') return [];
  const size = document.batch_size ?? 0;
  const { index_var: indexVar } = task.document as Variables;
  // A group has no item of its own.
  const grouped = ['items', 'index', ...(indexVar === undefined ? [] : [indexVar])];
  if (size === 0) return ['item', 'index', ...variables(task)];
  return typeof size === 'string' ? [...grouped, 'item', ...variables(task)] : grouped;
}

/** Names that a task gives to its own condition and its `outputs`. */
function ownResult({ type }: CheckedTask): readonly string[] {
  return type === 'wait' ? ['signal', 'processor'] : [];
}

interface Variables {
  readonly item_var?: string;
  readonly index_var?: string;
}

function variables(task: CheckedTask): readonly string[] {
  const { item_var: item, index_var: index } = task.document as Variables;
  return [item, index].filter((name) => name !== undefined);
}
