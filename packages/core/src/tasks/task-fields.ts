import { z } from 'zod';
import {
  anyList,
  anyMap,
  anyValue,
  definitionOrId,
  duration,
  envMap,
  flag,
  mapping,
  nonEmptyText,
  noted,
  optionFields,
  scalarText,
  schemaOrId,
  text,
  transition,
  wholeNumber,
} from './document-fields.js';

/** What every task may have. */
export const taskFields = {
  resource: text.optional(),
  id: nonEmptyText,
  type: text.optional(),
  description: scalarText.optional(),
  with: anyMap.optional(),
  input: schemaOrId.optional(),
  output: schemaOrId.optional(),
  outputs: anyValue.optional(),
  env: envMap.optional(),
  on_success: transition.optional(),
  on_error: transition.optional(),
  sleep: duration.optional(),
  final: flag.optional(),
  retries: wholeNumber(0, 1_000).optional(),
  timeout: duration.optional(),
  max_iterations: wholeNumber(1).optional(),
  config: mapping(optionFields).optional(),
  file_path: text.optional(),
  CWD: text.optional(),
  cwd: text.optional(),
};

/** The older way to name an executor (D-3). */
export const USE = /^(tool|agent)\(\s*([^()\s]+)\s*\)$/;

/** A tool or an agent, and what an agent is given. */
export const executorFields = {
  tool: definitionOrId(anyMap, 'a tool').optional(),
  agent: definitionOrId(anyMap, 'an agent').optional(),
  use: noted(z.string().regex(USE), { expected: '"tool(<id>)" or "agent(<id>)"', code: 'value.type' }).optional(),
  prompt: text.optional(),
  action: text.optional(),
  model_config: anyMap.optional(),
  tools: anyList.optional(),
  mcps: anyList.optional(),
  memory: anyList.optional(),
  knowledge: anyValue.optional(),
  attachments: anyList.optional(),
};

/** A task inside of a task; checked by itself, by its own type. */
export const nestedTask = noted(z.record(z.string(), z.unknown()), { expected: 'a task' });
/** As {@link nestedTask}, where the id may be left out. */
export const unnamedTask = noted(z.record(z.string(), z.unknown()), { expected: 'a task' });
export const nestedTasks = noted(z.array(nestedTask), { expected: 'a list of tasks' });
