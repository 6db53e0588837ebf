import { CompozyError } from '../errors/compozy-error.js';
import type { ErrorCode } from '../errors/codes.js';
import type { Json } from '../model/json.js';

/** 1-based, in the template's source. */
export function positionOf(source: string, at: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = source.indexOf('\n'); next !== -1 && next < at; next = source.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  return { line, column: at - start + 1 };
}

/** An error with its place in `source`. */
export function templateError(
  code: ErrorCode,
  message: string,
  source: string,
  at: number,
  details: Readonly<Record<string, Json>> = {},
): CompozyError {
  const { line, column } = positionOf(source, at);
  const lines = source.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`;
  return new CompozyError(code, `${message} (${lines})`, { details: { ...details, line, column } });
}

/** What a function says about its arguments; the call adds the place. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}
