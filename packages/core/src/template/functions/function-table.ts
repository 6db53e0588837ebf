import type { FunctionTable } from '../function-spec.js';
import { BUILTIN_FUNCTIONS } from './builtin-functions.js';
import { DEFAULT_FUNCTIONS } from './default-functions.js';
import { ENCODING_FUNCTIONS } from './encoding-functions.js';
import { RANDOM_FUNCTIONS } from './random-functions.js';
import { REGEX_FUNCTIONS } from './regex-functions.js';
import { SEMVER_FUNCTIONS } from './semver-functions.js';
import { URL_FUNCTIONS } from './url-functions.js';
import { DATE_FUNCTIONS } from './date-functions.js';
import { LIST_FUNCTIONS } from './list-functions.js';
import { MAP_FUNCTIONS } from './map-functions.js';
import { NUMBER_FUNCTIONS } from './number-functions.js';
import { PATH_FUNCTIONS } from './path-functions.js';
import { REFLECTION_FUNCTIONS } from './reflection-functions.js';
import { TEXT_FUNCTIONS } from './text-functions.js';

/**
 * Every function of templates (D-11): a closed list. What sprig has for certificates, passwords, encryption, the
 * environment, files and the network does not exist.
 */
export const FUNCTION_TABLE: FunctionTable = Object.assign(Object.create(null) as Record<string, never>, {
  ...BUILTIN_FUNCTIONS,
  ...DEFAULT_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...RANDOM_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  ...SEMVER_FUNCTIONS,
  ...URL_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...REFLECTION_FUNCTIONS,
  ...TEXT_FUNCTIONS,
});

/** The names of all functions, sorted. */
export const templateFunctionNames: readonly string[] = Object.keys(FUNCTION_TABLE).toSorted();
