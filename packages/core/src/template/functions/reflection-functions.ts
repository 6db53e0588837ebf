import { deepEqual } from '../compare.js';
import { fixed, type FunctionTable } from '../function-spec.js';
import { kindOf, typeOf } from '../value.js';

const SURFACE = { sees: 'surface' } as const;

export const REFLECTION_FUNCTIONS: FunctionTable = {
  kindOf: fixed(['any'], (_run, value) => kindOf(value), SURFACE),
  kindIs: fixed(['string', 'any'], (_run, kind, value) => kindOf(value) === kind, SURFACE),
  typeOf: fixed(['any'], (_run, value) => typeOf(value), SURFACE),
  typeIs: fixed(['string', 'any'], (_run, type, value) => typeOf(value) === type, SURFACE),
  typeIsLike: fixed(
    ['string', 'any'],
    (_run, type, value) => typeOf(value) === type || typeOf(value) === `*${type}`,
    SURFACE,
  ),
  deepEqual: fixed(['any', 'any'], (run, a, b) => deepEqual(run, a, b)),
};
