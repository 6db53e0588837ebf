import { deepCopy } from '../deep-copy.js';
import { parseJson, toJsonText, type JsonStyle } from '../format/json-text.js';
import { fixed, variadic, type FunctionSpec, type FunctionTable } from '../function-spec.js';
import type { Run } from '../run.js';
import { CompozyError } from '../../errors/compozy-error.js';
import { ArgumentError, templateError } from '../template-error.js';
import { isTrue, type Value } from '../value.js';

const PRETTY: JsonStyle = { indent: '  ' };
const RAW: JsonStyle = { raw: true };

const copy = fixed(
  ['any'],
  (run, value) => {
    if (value === null) throw new ArgumentError('there is nothing to copy: the value is null');
    return deepCopy(run, value);
  },
  { sees: 'nothing' },
);

/** Fallbacks, conversions to and from JSON, and failing. */
export const DEFAULT_FUNCTIONS: FunctionTable = {
  default: variadic(
    ['any'],
    'any',
    (run, fallback, [given = null]) => {
      run.surface(given);
      return isTrue(given) ? given : fallback;
    },
    { sees: 'nothing', acceptsMissing: true },
  ),
  coalesce: variadic(
    [],
    'any',
    (run, values) => {
      for (const value of values) {
        run.surface(value);
        if (isTrue(value)) return value;
      }
      return null;
    },
    { sees: 'nothing', acceptsMissing: true },
  ),
  empty: fixed(['any'], (_run, value) => !isTrue(value), { sees: 'surface', acceptsMissing: true }),
  all: variadic([], 'any', (_run, values) => values.every(isTrue), { sees: 'surface' }),
  any: variadic([], 'any', (_run, values) => values.some(isTrue), { sees: 'surface' }),
  ternary: fixed(['any', 'any', 'bool'], (_run, yes, no, test) => (test ? yes : no), { sees: 'nothing' }),
  fail: fixed(['string'], (run, message) => {
    const { details } = templateError('Task.Failed', message, run.source, run.at);
    throw new CompozyError('Task.Failed', message, { details });
  }),
  toJson: encoder({}, false),
  mustToJson: encoder({}, true),
  toPrettyJson: encoder(PRETTY, false),
  mustToPrettyJson: encoder(PRETTY, true),
  toRawJson: encoder(RAW, true),
  mustToRawJson: encoder(RAW, true),
  fromJson: fixed(['string'], (run, text) => decoded(run, text) ?? null),
  mustFromJson: fixed(['string'], (run, text) => {
    const value = decoded(run, text);
    if (value === undefined) throw new ArgumentError('the text is not JSON');
    return value;
  }),
  deepCopy: copy,
  mustDeepCopy: copy,
  hello: fixed([], () => 'Hello!'),
};

function decoded(run: Run, text: string): Value | undefined {
  run.spend(text.length >> 3);
  return parseJson(run, text);
}

/** `must`: a value that JSON does not have is an error instead of an empty text. */
function encoder(style: JsonStyle, must: boolean): FunctionSpec {
  return fixed(['any'], (run, value) => {
    try {
      return toJsonText(run, value, style);
    } catch (error) {
      if (must || !(error instanceof ArgumentError)) throw error;
      return '';
    }
  });
}
