import { z } from 'zod';
import {
  anyList,
  anyMap,
  anyValue,
  envMap,
  listOf,
  mapping,
  nonEmptyText,
  noted,
  scalarText,
  schemaOrId,
  text,
  wholeNumber,
} from '../tasks/document-fields.js';

const action = mapping({
  id: nonEmptyText,
  prompt: text.optional(),
  input: schemaOrId.optional(),
  output: schemaOrId.optional(),
  with: anyMap.optional(),
  attachments: anyList.optional(),
  json_mode: anyValue.optional(),
});

export const agentDocument = mapping(
  {
    resource: text.optional(),
    id: nonEmptyText,
    description: scalarText.optional(),
    version: scalarText.optional(),
    instructions: text.optional(),
    model: noted(z.union([z.string(), anyMap]), { expected: 'the id of a model, or its definition' }).optional(),
    actions: listOf(action, 'a list of actions').optional(),
    tools: anyList.optional(),
    mcps: anyList.optional(),
    max_iterations: wholeNumber(0).optional(),
    memory: anyValue.optional(),
    with: anyMap.optional(),
    env: envMap.optional(),
    attachments: anyList.optional(),
    knowledge: anyValue.optional(),
  },
  { config: 'it is no field of an agent; give "model"' },
);

export const agentList = listOf(
  noted(z.union([z.string().min(1), agentDocument]), { expected: 'an agent, or the id of one' }),
  'a list of agents',
);
