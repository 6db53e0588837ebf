import { fixed, type FunctionTable } from '../function-spec.js';
import { meets } from '../semver/constraint.js';
import { parseVersion } from '../semver/version.js';

export const SEMVER_FUNCTIONS: FunctionTable = {
  semver: fixed(['string'], (_run, text) => parseVersion(text)),
  semverCompare: fixed(['string', 'string'], (_run, constraint, text) => meets(parseVersion(text), constraint)),
};
