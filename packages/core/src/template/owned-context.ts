import { deepCopy } from './deep-copy.js';
import type { Run } from './run.js';
import { isMap, newMap, type Value } from './value.js';

/**
 * The context of a template that changes maps (`set`, `merge` …): each part is copied when it is first read, so that
 * what belongs to the run's state stays as it is while the template sees its own changes, as in Go.
 */
export function ownedContext(run: Run, data: Value): Value {
  if (!isMap(data) || run.isOpaque?.(data) === true) return data;
  const context = newMap();
  for (const key of Object.keys(data)) {
    Object.defineProperty(context, key, {
      enumerable: true,
      configurable: true,
      get() {
        const copy = deepCopy(run, data[key] ?? null);
        Object.defineProperty(context, key, { enumerable: true, configurable: true, writable: true, value: copy });
        return copy;
      },
      set(value: Value) {
        Object.defineProperty(context, key, { enumerable: true, configurable: true, writable: true, value });
      },
    });
  }
  return context;
}
