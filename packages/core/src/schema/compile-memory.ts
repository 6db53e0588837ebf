import type { z } from 'zod';
import { FLUSH_STRATEGIES, type FlushStrategy, type MemoryDefinition } from '../model/memory.js';
import { durationMs } from './compile-policy.js';
import type { memoryDocument } from './definitions.js';
import type { Reporter } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';

type MemoryDocument = Partial<z.output<typeof memoryDocument>>;

/** What the original accepted and this engine decides by itself. */
const IGNORED: readonly (readonly [Path, string])[] = [
  [['token_allocation'], 'the whole of "max_tokens" serves every message'],
  [['token_provider'], 'tokens are counted with the encoding of current models (o200k_base)'],
  [['locking'], 'a change of a memory is one transaction of its store'],
  [['persistence', 'circuit_breaker'], 'the retry policy of the task applies'],
  [['flushing', 'summarize_threshold'], 'nothing is summarised'],
  [['flushing', 'summary_tokens'], 'nothing is summarised'],
  [['flushing', 'summarize_oldest_percent'], 'nothing is summarised'],
];

/** The memory at `path`, without what does not fit; reports what its keys and types do not show. */
export function compileMemory(
  document: SourceDocument,
  path: Path,
  memory: MemoryDocument,
  reporter: Reporter,
): MemoryDefinition | undefined {
  checkUnsupported(document, path, reporter);
  checkLimits(document, path, memory, reporter);
  const flushing = flushStrategy(document, path, memory, reporter);
  if (memory.id === undefined) return undefined;
  const ttlMs = durationMs(memory.persistence?.ttl) || undefined;
  return {
    id: memory.id,
    type: memory.type ?? 'buffer',
    // Zero means "not set", as elsewhere in these files.
    ...(memory.max_tokens ? { maxTokens: memory.max_tokens } : {}),
    ...(memory.max_messages ? { maxMessages: memory.max_messages } : {}),
    flushing,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(memory.default_key_template === undefined ? {} : { defaultKeyTemplate: memory.default_key_template }),
  };
}

function checkUnsupported(document: SourceDocument, path: Path, reporter: Reporter): void {
  const isGiven = (at: Path) => (valueAt(document.value, [...path, ...at]) ?? null) !== null;
  if (isGiven(['privacy_policy'])) {
    // Who gives one relies on it, so it may not be passed over.
    const message = 'Memories with a "privacy_policy" are not supported yet: what is stored would not be redacted';
    reporter.report(document, 'feature.unsupported', message, { path: [...path, 'privacy_policy'], at: 'key' });
  }
  for (const [at, reason] of IGNORED) {
    if (!isGiven(at)) continue;
    const message = `"${String(at.at(-1))}" has no effect here: ${reason}`;
    reporter.report(document, 'key.ignored', message, { path: [...path, ...at], at: 'key', severity: 'warning' });
  }
}

function checkLimits(document: SourceDocument, path: Path, memory: MemoryDocument, reporter: Reporter): void {
  const { type, max_tokens: tokens, max_messages: messages, max_context_ratio: ratio } = memory;
  const given = (key: string) => (valueAt(document.value, [...path, key]) ?? null) !== null;
  const hasLimit = Boolean(tokens) || Boolean(messages);
  if (ratio !== undefined) {
    const reason = 'the context window of a model is not known here; give "max_tokens"';
    reporter.report(document, 'feature.unsupported', `"max_context_ratio" is not supported yet: ${reason}`, {
      path: [...path, 'max_context_ratio'],
      at: 'key',
      ...(hasLimit ? { severity: 'warning' } : {}),
    });
  } else if (type === 'token_based' && !hasLimit && !given('max_context_ratio')) {
    // A limit that does not fit was reported where it stands.
    if (tokens === undefined && given('max_tokens')) return;
    if (messages === undefined && given('max_messages')) return;
    const message = 'A memory of type "token_based" needs "max_tokens" or "max_messages"';
    reporter.report(document, 'value.missing', message, { path, expected: '"max_tokens" or "max_messages"' });
  } else if (type === 'message_count_based' && !hasLimit && !given('max_messages')) {
    const message = 'A memory of type "message_count_based" without "max_messages" grows without a limit';
    reporter.report(document, 'value.missing', message, { path, expected: '"max_messages"', severity: 'warning' });
  }
}

/** D-2: `flushing_strategy`, which the original ignored, means what `flushing.type` means. */
function flushStrategy(
  document: SourceDocument,
  path: Path,
  memory: MemoryDocument,
  reporter: Reporter,
): FlushStrategy {
  const stray: unknown = memory.flushing_strategy;
  if (stray !== undefined) {
    const message =
      memory.flushing?.type === undefined
        ? '"flushing_strategy" is used as "flushing.type"'
        : '"flushing_strategy" has no effect beside "flushing.type"';
    const at = [...path, 'flushing_strategy'];
    reporter.report(document, 'key.ignored', message, { path: at, at: 'key', severity: 'warning' });
  }
  const name = memory.flushing?.type ?? (isRecord(stray) ? stray['type'] : stray) ?? 'simple_fifo';
  const at = [...path, ...(memory.flushing?.type === undefined ? ['flushing_strategy'] : ['flushing', 'type'])];
  if (name === 'hybrid_summary') {
    const message = 'Memories that summarise with a model ("hybrid_summary") are not supported yet';
    const expected = FLUSH_STRATEGIES.map((strategy) => `"${strategy}"`).join(', ');
    reporter.report(document, 'feature.unsupported', message, { path: at, expected: `one of ${expected}` });
    return 'simple_fifo';
  }
  return FLUSH_STRATEGIES.find((strategy) => strategy === name) ?? 'simple_fifo';
}
