import { CompozyError } from '@compozy/core';
import type { WorkerOptions } from '../worker-options.js';

/** The activities of the engine and those of a user. @throws `Config.Invalid` where both have a name. */
export function withOwnActivities<T extends object>(
  engine: T,
  own: WorkerOptions['activities'] = {},
): T & NonNullable<WorkerOptions['activities']> {
  const taken = Object.keys(own).filter((name) => Object.hasOwn(engine, name));
  if (taken.length === 0) return { ...engine, ...own };
  const names = taken.map((name) => `"${name}"`).join(', ');
  throw new CompozyError('Config.Invalid', `The engine has activities called ${names}; give yours other names`, {
    details: { names: taken },
  });
}
