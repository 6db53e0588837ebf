import { inspect } from 'node:util';

/**
 * Values by name that do not show when the object is printed, logged or turned into JSON. Its own keys are the names,
 * so that it can stand where a plain record is wanted.
 */
export function createSecretValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const secrets = Object.create(HIDDEN) as Record<string, string>;
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(secrets, name, { value, enumerable: true, configurable: true });
  }
  return Object.freeze(secrets);
}

function masked(this: object): Record<string, string> {
  return Object.fromEntries(Object.keys(this).map((name) => [name, '[secret]']));
}

const HIDDEN: object = Object.freeze(
  Object.create(null, { toJSON: { value: masked }, [inspect.custom]: { value: masked } }) as object,
);
