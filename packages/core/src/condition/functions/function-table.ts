import type { CelFunctions } from './cel-function.js';
import { CONVERSION_FUNCTIONS, SIZE } from './conversion-functions.js';
import { TEXT_FUNCTIONS } from './text-functions.js';
import { TIME_FUNCTIONS } from './time-functions.js';

/** Functions that are called by name. */
export const GLOBAL_FUNCTIONS: CelFunctions = {
  ...CONVERSION_FUNCTIONS,
  size: SIZE,
  matches: { ...TEXT_FUNCTIONS['matches']!, usage: 'matches(text, pattern)', arity: [2, 2] },
};

/** Functions that are called on a value. */
export const MEMBER_FUNCTIONS: CelFunctions = {
  ...TEXT_FUNCTIONS,
  ...TIME_FUNCTIONS,
  size: { ...SIZE, usage: 'value.size()', arity: [0, 0] },
};

export const MACRO_NAMES = ['has', 'all', 'exists', 'exists_one', 'existsOne', 'map', 'filter', 'bind'] as const;
