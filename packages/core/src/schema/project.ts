import { z } from 'zod';
import {
  anyMap,
  duration,
  envMap,
  flag,
  listOf,
  mapping,
  nonEmptyText,
  noted,
  oneOf,
  optionFields,
  scalarText,
  text,
  textList,
  wholeNumber,
} from '../tasks/document-fields.js';
import { agentList } from './agent.js';
import {
  author,
  embedderList,
  knowledgeBaseList,
  knowledgeBindings,
  mcpList,
  memoryList,
  modelList,
  schemaList,
  vectorDbList,
} from './definitions.js';
import { toolList } from './tool.js';

/** D-4: application settings beside the project's own; checked by whom they belong to. */
const settings = Object.fromEntries(
  [
    'server',
    'temporal',
    'redis',
    'memory',
    'llm',
    'database',
    'limits',
    'attachments',
    'ratelimit',
    'cli',
    'cache',
    'worker',
    'mcp_proxy',
    'webhooks',
    'stream',
    'tasks',
  ].map((group) => [group, anyMap.optional()]),
) as Record<'server' | 'temporal' | 'redis', z.ZodOptional<typeof anyMap>>;

/** The original takes a number of milliseconds or a duration here. */
const timeLimit = noted(z.union([duration, z.number().min(0)]), {
  expected: 'a duration such as "30s", or a number of milliseconds',
  code: 'value.duration',
});

const runtime = mapping({
  type: oneOf('node', 'bun').optional(),
  entrypoint: nonEmptyText.optional(),
  permissions: textList.optional(),
  tool_execution_timeout: timeLimit.optional(),
  task_execution_timeout_default: timeLimit.optional(),
  task_execution_timeout_max: timeLimit.optional(),
  max_memory_mb: wholeNumber(16).optional(),
  native_tools: anyMap.optional(),
  environment: text.optional(),
  log_level: text.optional(),
  dispatcher_heartbeat_interval: timeLimit.optional(),
  dispatcher_heartbeat_ttl: timeLimit.optional(),
  dispatcher_stale_threshold: timeLimit.optional(),
  async_token_counter_workers: wholeNumber(0).optional(),
  async_token_counter_buffer_size: wholeNumber(0).optional(),
  bun_permissions: textList.optional(),
});

export const projectDocument = mapping({
  $schema: text.optional(),
  resource: text.optional(),
  name: nonEmptyText,
  version: scalarText.optional(),
  description: scalarText.optional(),
  author: author.optional(),
  strict: flag.optional(),
  workflows: listOf(mapping({ source: nonEmptyText }), 'a list of mappings with "source"').optional(),
  models: modelList.optional(),
  schemas: schemaList.optional(),
  config: mapping({ ...optionFields, source_of_truth: oneOf('repo', 'builder').optional() }).optional(),
  runtime: runtime.optional(),
  autoload: mapping({
    enabled: flag.optional(),
    strict: flag.optional(),
    include: textList.optional(),
    exclude: textList.optional(),
    watch_enabled: flag.optional(),
  }).optional(),
  tools: toolList.optional(),
  agents: agentList.optional(),
  mcps: mcpList.optional(),
  embedders: embedderList.optional(),
  vector_dbs: vectorDbList.optional(),
  knowledge_bases: knowledgeBaseList.optional(),
  // The same key is also a group of settings of the application.
  knowledge: noted(z.union([knowledgeBindings, anyMap]), { expected: 'a list with one knowledge binding' }).optional(),
  memories: memoryList.optional(),
  monitoring: anyMap.optional(),
  env: envMap.optional(),
  public_env: textList.optional(),
  mode: scalarText.optional(),
  cwd: text.optional(),
  CWD: text.optional(),
  ...settings,
});

export type ProjectDocument = z.output<typeof projectDocument>;
