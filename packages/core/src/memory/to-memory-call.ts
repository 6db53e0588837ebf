import { CompozyError } from '../errors/compozy-error.js';
import { isJsonObject, type Json } from '../model/json.js';
import { FLUSH_STRATEGIES, type FlushStrategy, type MemoryOptions } from '../model/memory.js';
import type { MemoryCall } from '../ports/memory-operations.js';
import type { RunMemoryInput } from '../protocol/activities.js';
import { toMessages } from './to-messages.js';

const MAX_KEY_CHARS = 255;
/** The share of its limits at which a conversation is flushed when asked, unless the task says another. */
const DEFAULT_THRESHOLD = 0.8;
const STRATEGY_ALIASES: Readonly<Record<string, FlushStrategy>> = { fifo: 'simple_fifo' };

/** Which memory, what is done with it, and who asks. */
export interface MemoryCaller extends Pick<RunMemoryInput, 'memory' | 'operation'> {
  readonly origin: Pick<RunMemoryInput['origin'], 'project' | 'execId' | 'taskKey'>;
}

/**
 * The call that a memory task means, once its templates are rendered to `request`.
 *
 * @throws `Memory.Invalid`
 */
export function toMemoryCall(input: MemoryCaller, request: Json): MemoryCall {
  const { key, payload = null, options = {} } = isJsonObject(request) ? request : {};
  const { memory, operation, origin } = input;
  const idempotencyKey = `${origin.execId}/${origin.taskKey}`;
  const base = { project: origin.project, memory, key: checkedKey(key), idempotencyKey };
  const given: MemoryOptions = isJsonObject(options) ? options : {};
  switch (operation) {
    case 'write':
    case 'append':
      return { ...base, operation, messages: toMessages(payload) };
    case 'flush':
      return {
        ...base,
        operation,
        strategy: given.strategy === undefined ? memory.flushing : toStrategy(given.strategy),
        threshold: given.threshold ?? DEFAULT_THRESHOLD,
        force: given.force === true,
        dryRun: given.dryRun === true,
      };
    case 'health':
      return {
        ...base,
        operation,
        includeStats: given.includeStats === true,
        checkConnectivity: given.checkConnectivity === true,
      };
    case 'clear':
      return { ...base, operation, backup: given.backup === true };
    case 'stats':
      return {
        ...base,
        operation,
        includeContent: given.includeContent === true,
        groupByRole: given.groupBy === 'role',
      };
    case 'read':
    case 'delete':
      return { ...base, operation };
  }
}

function toStrategy(name: Json): FlushStrategy {
  const known = FLUSH_STRATEGIES.find((strategy) => strategy === (STRATEGY_ALIASES[String(name)] ?? name));
  if (known !== undefined) return known;
  const list = FLUSH_STRATEGIES.map((strategy) => `"${strategy}"`).join(', ');
  throw new CompozyError('Memory.Invalid', `The flush strategy ${JSON.stringify(name)} is none of ${list}`);
}

/** What the key holds is not shown: it may come from a secret. */
function checkedKey(key: Json | undefined): string {
  // A key that is a number, as `{{ .workflow.input.user_id }}` may be, is its text.
  const text = typeof key === 'number' ? String(key) : key;
  if (typeof text !== 'string' || text.trim() === '') {
    throw new CompozyError('Memory.Invalid', '"key_template" must give a text that is not empty');
  }
  // oxlint-disable-next-line no-control-regex
  if (text.length > MAX_KEY_CHARS || /[\u0000-\u001F\u007F]/.test(text)) {
    const message = `A memory key has at most ${MAX_KEY_CHARS} characters and no control characters; this one has ${text.length}`;
    throw new CompozyError('Memory.Invalid', message);
  }
  return text;
}
