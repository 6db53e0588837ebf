import { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';

/**
 * The result of a router's condition as the key of a route: true is `true`, 5.0 is `5`, 1e21 is `1e+21`, null is `null`;
 * a text is trimmed; lists and maps are JSON.
 */
export function toRouteKey(value: Json): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * The result of a condition that has to say yes or no.
 *
 * @throws `Condition.Invalid` for anything but true and false: there is no truthiness
 */
export function isTrue(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  const shown = JSON.stringify(value);
  const short = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  throw new CompozyError(
    'Condition.Invalid',
    `The condition has to give true or false, and gave ${kindOf(value)}: ${short}; compare it, as in x == …`,
    { details: { expected: 'boolean', actual: kindOf(value) } },
  );
}

function kindOf(value: Exclude<Json, boolean>): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
