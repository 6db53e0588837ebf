import { suggest } from '@compozy/core/schema';
import { CommandExit, EXIT } from './exit-code.js';

/** The end of a command that was given a name which is not there: with what is, and what was probably meant. */
export function unknownName(problem: string, given: string, known: readonly string[]): CommandExit {
  const list = known.map((name) => `"${name}"`).join(', ') || 'none';
  const meant = suggest(given, known);
  const suggestion = meant === undefined ? '' : `\nDid you mean "${meant}"?`;
  return new CommandExit(EXIT.usage, `${problem} "${given}"; it has ${list}${suggestion}`);
}
