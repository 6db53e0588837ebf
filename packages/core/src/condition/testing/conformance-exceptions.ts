import type { ConformanceCase } from './conformance-cases.js';

/** A part of the specification that conditions do not have. Every case of it that expects a value has to fail. */
export interface ConformanceException {
  readonly reason: string;
  readonly covers: (test: ConformanceCase) => boolean;
}

const inGroup =
  (...groups: readonly string[]) =>
  ({ id }: ConformanceCase): boolean =>
    groups.some((group) => id === group || id.startsWith(`${group}/`));

export const CONFORMANCE_EXCEPTIONS: readonly ConformanceException[] = [
  {
    reason: 'Only the static checker of the specification is asked: what conditions read is JSON, of unknown type',
    covers: ({ checkOnly }) => checkOnly,
  },
  {
    reason: 'Protobuf: a literal of a message. The context is JSON',
    covers: ({ expr }) => /[A-Z]\w*\s*\{|\b[Ee]num\b|TestAllTypes/.test(expr),
  },
  {
    reason: 'Protobuf: a variable that holds a message, or bytes. The context is JSON',
    covers: ({ bindings }) =>
      Object.values(bindings).some((value) => value.objectValue !== undefined || value.bytesValue !== undefined),
  },
  { reason: 'Protobuf: enums', covers: inGroup('enums') },
  {
    reason: 'A variable whose name holds dots, and containers of names: a key of the context is one name',
    covers: inGroup(
      'namespace',
      'fields/qualified_identifier_resolution/qualified_ident',
      'fields/qualified_identifier_resolution/map_field_select',
      'fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked',
      'fields/qualified_identifier_resolution/ident_with_longest_prefix_check',
    ),
  },
  { reason: 'Extension: cel.block, made by optimizers only', covers: inGroup('block_ext') },
  { reason: 'Extension: base64', covers: inGroup('encoders_ext') },
  { reason: 'Extension: math', covers: inGroup('math_ext') },
  { reason: 'Extension: macros of two variables', covers: inGroup('macros2') },
  { reason: 'Extension: optional values; has() asks instead', covers: inGroup('optionals') },
  {
    reason: 'Extension: format and quote of the string extension',
    covers: ({ id, expr }) => id.startsWith('string_ext/') && /\.(format|quote)\(/.test(expr),
  },
  {
    reason:
      'A function that does not exist is an error of the condition, found before anything runs, not one that || may absorb',
    covers: inGroup('basic/functions/unbound_is_runtime_error', 'parse/receiver_function_names'),
  },
  {
    reason: 'The remainder of doubles is what a user expects (D-17)',
    covers: inGroup('fp_math/fp_math/mod_not_support'),
  },
  {
    reason: 'An integer and a double are compared exactly; the specification rounds the integer first',
    covers: inGroup(
      'comparisons/lt_literal/not_lt_dyn_int_big_lossy_double',
      'comparisons/gt_literal/not_gt_dyn_big_double_int',
      'comparisons/lte_literal/lte_dyn_big_double_int',
      'comparisons/gte_literal/gte_dyn_int_big_lossy_double',
    ),
  },
  {
    reason: 'The parser does not know names in backticks; map["a-b"] does the same',
    covers: inGroup('fields/quoted_map_fields'),
  },
  { reason: 'The parser does not know raw bytes (br"…")', covers: ({ expr }) => /^b[rR]["']/.test(expr) },
  {
    reason: 'The parser does not know numbers that begin with a dot',
    covers: inGroup('comparisons/gt_literal/not_gt_double'),
  },
  {
    reason: 'The parser takes one byte of each character in a bytes literal',
    covers: inGroup(
      'basic/self_eval_nonzeroish/self_eval_bytes_escape',
      'comparisons/eq_literal/eq_bytes',
      'comparisons/ne_literal/not_ne_bytes',
    ),
  },
];
