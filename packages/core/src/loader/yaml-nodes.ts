import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml';

export interface FoundNode {
  /** Whether the whole path exists. */
  readonly exact: boolean;
  readonly node: Node | null;
  readonly keyOffset: number;
  readonly valueOffset: number;
}

/** The node at `path`, through aliases and merge keys; the deepest one on the way when the path ends early. */
export function findNode(document: Document, path: readonly (string | number)[]): FoundNode {
  let node = document.contents as Node | null;
  const start = offsetOf(node) ?? 0;
  let found: FoundNode = { exact: path.length === 0, node, keyOffset: start, valueOffset: start };
  for (const [index, segment] of path.entries()) {
    const target = isAlias(node) ? (node.resolve(document) ?? null) : node;
    const exact = index === path.length - 1;
    if (isMap(target)) {
      const pair = findPair(target, String(segment), document);
      if (pair === undefined) return { ...found, exact: false };
      const keyOffset = offsetOf(pair.key) ?? found.valueOffset;
      node = (pair.value ?? null) as Node | null;
      found = { exact, node, keyOffset, valueOffset: isWritten(node) ? (offsetOf(node) ?? keyOffset) : keyOffset };
    } else if (isSeq(target)) {
      node = (target.items[Number(segment)] ?? null) as Node | null;
      const offset = offsetOf(node);
      if (offset === undefined) return { ...found, exact: false };
      found = { exact, node, keyOffset: offset, valueOffset: offset };
    } else return { ...found, exact: false };
  }
  return found;
}

/** The text of a key, as it is written: `true` and `1` are keys of that name. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** Whether a key is YAML's `<<`. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && (key.value === '<<' || typeof key.value === 'symbol');
}

/** The maps that a merge key brings in, the strongest first. */
export function mergedMaps(value: unknown, document: Document): YAMLMap[] | undefined {
  const target = isAlias(value) ? value.resolve(document) : value;
  if (isMap(target)) return [target];
  if (!isSeq(target)) return undefined;
  const maps = target.items.map((item) => (isAlias(item) ? item.resolve(document) : item));
  return maps.every((map): map is YAMLMap => isMap(map)) ? maps : undefined;
}

export function offsetOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}

function findPair(map: YAMLMap, name: string, document: Document): Pair | undefined {
  const own = map.items.findLast((pair) => isPair(pair) && !isMergeKey(pair.key) && keyText(pair.key) === name);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue;
    for (const merged of mergedMaps(pair.value, document) ?? []) {
      const found = findPair(merged, name, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A value that is left out (`key:`) has no place of its own. */
function isWritten(node: Node | null): boolean {
  return node !== null && !(isScalar(node) && node.value === null && node.source === '');
}
