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
  scalarText,
  schemaOrId,
  text,
} from '../tasks/document-fields.js';

export const toolDocument = mapping({
  resource: text.optional(),
  id: nonEmptyText,
  name: scalarText.optional(),
  description: scalarText.optional(),
  timeout: duration.optional(),
  input: schemaOrId.optional(),
  output: schemaOrId.optional(),
  with: anyMap.optional(),
  config: anyMap.optional(),
  env: envMap.optional(),
  idempotent: flag.optional(),
});

/** A bare text is short for `{id: text}`. */
export const toolList = listOf(
  noted(z.union([z.string().min(1), toolDocument]), { expected: 'a tool, or the id of one' }),
  'a list of tools',
);
