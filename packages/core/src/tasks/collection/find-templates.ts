import { appendPointer } from '../../model/json-pointer.js';
import type { Json } from '../../model/json.js';
import { isTemplate } from '../../template/index.js';

/** The texts in `value` that are templates, by JSON pointer. */
export function findTemplates(value: Json): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(value, '');
  return found;

  function visit(part: Json, pointer: string): void {
    if (typeof part === 'string') {
      if (isTemplate(part)) found.set(pointer, part);
    } else if (part !== null && typeof part === 'object') {
      for (const [key, element] of Object.entries(part)) visit(element as Json, appendPointer(pointer, key));
    }
  }
}
