import type { FunctionTable } from '../function-spec.js';
import { BUILTIN_FUNCTIONS } from './builtin-functions.js';
import { DEFAULT_FUNCTIONS } from './default-functions.js';

/**
 * Every function of templates (D-11): a closed list. What sprig has for certificates, passwords, encryption, the
 * environment, files and the network does not exist.
 */
export const FUNCTION_TABLE: FunctionTable = Object.assign(Object.create(null) as Record<string, never>, {
  ...BUILTIN_FUNCTIONS,
  ...DEFAULT_FUNCTIONS,
});

/** The names of all functions, sorted. */
export const templateFunctionNames: readonly string[] = Object.keys(FUNCTION_TABLE).toSorted();
