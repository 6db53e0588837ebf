import { isJsonObject, type Json } from '@compozy/core';

/** What stands at a dot path, as a text; `undefined` for nothing, for what is empty, and for objects and lists. */
export function textAt(payload: Json, path: string): string | undefined {
  let value: Json | undefined = payload;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) value = /^\d+$/.test(part) ? (value[Number(part)] as Json | undefined) : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return textOf(typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
