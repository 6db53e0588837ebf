import { CompozyError } from '../errors/compozy-error.js';
import { positionOf } from '../template/template-error.js';
import type { ProblemText } from './problem.js';

/** `Condition.Invalid` with its place in `source`: 1-based line and column. */
export function conditionError(
  source: string,
  at: number,
  message: string,
  details?: ProblemText['details'],
  cause?: unknown,
): CompozyError {
  const { line, column } = positionOf(source, at);
  const place = source.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;
  return new CompozyError('Condition.Invalid', `${message} (${place})`, {
    details: { ...details, line, column },
    cause,
  });
}
