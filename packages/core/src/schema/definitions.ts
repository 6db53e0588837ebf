import { z } from 'zod';
import {
  anyList,
  anyMap,
  anyValue,
  duration,
  envMap,
  flag,
  listOf,
  mapping,
  nonEmptyText,
  noted,
  oneOf,
  scalarText,
  text,
  textList,
  wholeNumber,
} from '../tasks/document-fields.js';

// Definitions that are known, so that their keys are checked, and that nothing runs yet.

const fraction = noted(z.number().min(0).max(1), { expected: 'a number from 0 to 1', code: 'value.range' });
const number = noted(z.number(), { expected: 'a number' });

export const modelDocument = mapping({
  resource: text.optional(),
  id: text.optional(),
  provider: oneOf(
    'openai',
    'groq',
    'anthropic',
    'google',
    'ollama',
    'deepseek',
    'xai',
    'cerebras',
    'openrouter',
    'mock',
  ),
  model: scalarText.optional(),
  api_key: text.optional(),
  api_url: text.optional(),
  organization: text.optional(),
  default: flag.optional(),
  max_tool_iterations: wholeNumber(0).optional(),
  context_window: wholeNumber(0).optional(),
  params: anyMap.optional(),
  rate_limit: mapping({
    concurrency: wholeNumber(0).optional(),
    queue_size: wholeNumber(0).optional(),
    requests_per_minute: number.optional(),
    tokens_per_minute: number.optional(),
    request_burst: number.optional(),
    token_burst: number.optional(),
    release_slot_before_token_wait: flag.optional(),
  }).optional(),
});

export const mcpDocument = mapping({
  resource: text.optional(),
  id: nonEmptyText,
  description: scalarText.optional(),
  url: text.optional(),
  command: text.optional(),
  args: anyList.optional(),
  headers: anyMap.optional(),
  env: envMap.optional(),
  proto: scalarText.optional(),
  transport: oneOf('sse', 'streamable-http', 'stdio').optional(),
  start_timeout: duration.optional(),
  max_sessions: wholeNumber(0).optional(),
});

export const memoryDocument = mapping(
  {
    resource: text.optional(),
    id: nonEmptyText,
    description: scalarText.optional(),
    version: scalarText.optional(),
    type: oneOf('token_based', 'message_count_based', 'buffer').optional(),
    max_tokens: wholeNumber(0).optional(),
    max_messages: wholeNumber(0).optional(),
    max_context_ratio: fraction.optional(),
    token_allocation: mapping({
      short_term: fraction.optional(),
      long_term: fraction.optional(),
      system: fraction.optional(),
      user_defined: anyMap.optional(),
    }).optional(),
    flushing: mapping({
      type: oneOf('simple_fifo', 'fifo', 'lru', 'hybrid_summary', 'token_aware_lru').optional(),
      summarize_threshold: fraction.optional(),
      summary_tokens: wholeNumber(0).optional(),
      summarize_oldest_percent: number.optional(),
    }).optional(),
    flushing_strategy: anyValue.optional(),
    persistence: mapping({
      type: oneOf('redis', 'in_memory').optional(),
      ttl: duration.optional(),
      circuit_breaker: anyMap.optional(),
    }).optional(),
    privacy_policy: mapping({
      redact_patterns: textList.optional(),
      non_persistable_message_types: textList.optional(),
      default_redaction_string: text.optional(),
    }).optional(),
    locking: mapping({
      append_ttl: duration.optional(),
      clear_ttl: duration.optional(),
      flush_ttl: duration.optional(),
    }).optional(),
    token_provider: anyMap.optional(),
    default_key_template: text.optional(),
  },
  { key: 'give "default_key_template"' },
);

export const embedderDocument = mapping({
  resource: text.optional(),
  id: nonEmptyText,
  provider: text.optional(),
  model: text.optional(),
  api_key: text.optional(),
  config: anyMap.optional(),
});

export const vectorDbDocument = mapping({
  resource: text.optional(),
  id: nonEmptyText,
  type: oneOf('pgvector', 'qdrant', 'redis', 'filesystem').optional(),
  config: anyMap.optional(),
});

export const knowledgeBaseDocument = mapping({
  resource: text.optional(),
  id: nonEmptyText,
  description: scalarText.optional(),
  embedder: anyValue.optional(),
  vector_db: anyValue.optional(),
  ingest: oneOf('manual', 'on_start').optional(),
  sources: anyList.optional(),
  chunking: anyMap.optional(),
  preprocess: anyMap.optional(),
  retrieval: anyMap.optional(),
  metadata: anyMap.optional(),
});

export const memoryList = listOf(memoryDocument, 'a list of memories');
export const modelList = listOf(modelDocument, 'a list of models');
export const mcpList = listOf(
  noted(z.union([z.string().min(1), mcpDocument]), { expected: 'an MCP server, or the id of one' }),
  'a list of MCP servers',
);
export const embedderList = listOf(embedderDocument, 'a list of embedders');
export const vectorDbList = listOf(vectorDbDocument, 'a list of vector databases');
export const knowledgeBaseList = listOf(knowledgeBaseDocument, 'a list of knowledge bases');

/** At most one binding; `retrieval:` inside it is how files in the wild nest its settings (D-2). */
const binding = mapping({
  id: nonEmptyText,
  top_k: wholeNumber(0).optional(),
  min_score: number.optional(),
  max_tokens: wholeNumber(0).optional(),
  inject_as: text.optional(),
  fallback: scalarText.optional(),
  filters: anyMap.optional(),
  retrieval: anyMap.optional(),
});
export const knowledgeBindings = noted(z.union([z.array(binding).max(1), binding]), {
  expected: 'a list with one knowledge binding',
});

export const author = noted(z.union([z.string(), anyMap]), {
  expected: 'a name, or a mapping with "name" and "email"',
});

/** Schemas that others name by `id`. */
export const schemaList = listOf(
  noted(z.looseObject({ id: nonEmptyText }), { expected: 'a JSON Schema with an "id"' }),
  'a list of JSON Schemas with ids',
);
