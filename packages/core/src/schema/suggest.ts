import { closestName } from '../template/closest-name.js';

/** The candidate that was probably meant. One or two letters are near to everything, so they suggest nothing. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  return name.length < 3 ? undefined : closestName(name, candidates);
}
