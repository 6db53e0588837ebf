import type { z } from 'zod';
import {
  anyMap,
  anyValue,
  duration,
  envMap,
  flag,
  listOf,
  mapping,
  nonEmptyText,
  oneOf,
  optionFields,
  scalarText,
  schemaOrId,
  text,
} from '../tasks/document-fields.js';
import { nestedTasks } from '../tasks/task-fields.js';
import { agentList } from './agent.js';
import { author, knowledgeBaseList, knowledgeBindings, mcpList, memoryList, schemaList } from './definitions.js';
import { toolList } from './tool.js';

const webhookEvent = mapping({
  name: nonEmptyText,
  filter: scalarText.optional(),
  input: anyMap.optional(),
  schema: schemaOrId.optional(),
});

const webhook = mapping({
  slug: nonEmptyText,
  method: oneOf('POST', 'PUT', 'PATCH').optional(),
  events: listOf(webhookEvent, 'a list of events').optional(),
  verify: mapping({
    strategy: oneOf('none', 'hmac', 'stripe', 'github', 'standard').optional(),
    secret: text.optional(),
    header: text.optional(),
    skew: duration.optional(),
  }).optional(),
  dedupe: mapping({ enabled: flag.optional(), ttl: duration.optional(), key: text.optional() }).optional(),
});

export const triggerDocument = mapping({
  type: oneOf('signal', 'webhook'),
  name: text.optional(),
  schema: schemaOrId.optional(),
  webhook: webhook.optional(),
});

export const scheduleDocument = mapping({
  cron: scalarText,
  timezone: text.optional(),
  enabled: flag.optional(),
  jitter: duration.optional(),
  overlap_policy: oneOf('skip', 'allow', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other').optional(),
  start_at: scalarText.optional(),
  end_at: scalarText.optional(),
  input: anyMap.optional(),
});

export const workflowDocument = mapping(
  {
    $schema: text.optional(),
    resource: text.optional(),
    id: nonEmptyText,
    version: scalarText.optional(),
    description: scalarText.optional(),
    author: author.optional(),
    schemas: schemaList.optional(),
    config: mapping({ ...optionFields, input: schemaOrId.optional(), env: envMap.optional() }).optional(),
    input: schemaOrId.optional(),
    env: envMap.optional(),
    tools: toolList.optional(),
    agents: agentList.optional(),
    mcps: mcpList.optional(),
    memories: memoryList.optional(),
    knowledge_bases: knowledgeBaseList.optional(),
    knowledge: knowledgeBindings.optional(),
    triggers: listOf(triggerDocument, 'a list of triggers').optional(),
    tasks: nestedTasks,
    outputs: anyValue.optional(),
    schedule: scheduleDocument.optional(),
    CWD: text.optional(),
    cwd: text.optional(),
  },
  { output: 'the original ignored it too; "outputs" maps the result' },
);

export type WorkflowDocument = z.output<typeof workflowDocument>;
