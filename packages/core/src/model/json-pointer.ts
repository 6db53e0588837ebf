import type { Json } from './json.js';

/** RFC 6901. */
export function appendPointer(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The names that a pointer goes through. */
export function pointerTokens(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A copy of `value` with each string at one of `pointers` replaced; the rest is shared. */
export function replaceAt(
  value: Json,
  pointers: ReadonlySet<string>,
  replace: (text: string, pointer: string) => Json,
): Json {
  if (pointers.size === 0) return value;
  return visit(value, '');

  function visit(node: Json, pointer: string): Json {
    if (typeof node === 'string') return pointers.has(pointer) ? replace(node, pointer) : node;
    if (node === null || typeof node !== 'object') return node;
    if (Array.isArray(node)) return node.map((element: Json, index) => visit(element, appendPointer(pointer, index)));
    return Object.fromEntries(
      Object.entries(node).map(([key, element]) => [key, visit(element, appendPointer(pointer, key))]),
    );
  }
}
