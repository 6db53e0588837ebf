import { InvalidArgumentError } from 'commander';

/** An id that a script gave may be a variable that is empty. */
export function parseId(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}
