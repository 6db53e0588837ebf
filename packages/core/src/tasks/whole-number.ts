import { CompozyError } from '../errors/compozy-error.js';
import type { TaskScope } from './task-behavior.js';

/**
 * The number that a field of the task gives; a text is a template.
 *
 * @throws `Task.BadItems` when that is no whole number of at least `minimum`.
 */
export function wholeNumber(scope: TaskScope, value: number | string, name: string, minimum: number): number {
  const given = typeof value === 'string' ? scope.evaluate(value, undefined, `/${name}`) : value;
  const result = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof result === 'number' && Number.isInteger(result) && result >= minimum) return result;
  const shown = typeof value === 'string' ? `${JSON.stringify(given)}, which ${value} gives` : JSON.stringify(given);
  throw new CompozyError('Task.BadItems', `${name} must be a whole number of at least ${minimum}, not ${shown}`);
}
