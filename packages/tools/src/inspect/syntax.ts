import type { AnyNode, Property } from 'acorn';

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The name of a member of an object, unless it is computed. */
export function keyOf({ computed, key }: Property): string | undefined {
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}

type Visit = (node: AnyNode, parent: AnyNode, grandparent: AnyNode) => void;

/** Calls `visit` with every node below `node`, and with what it stands in. */
export function visitNodes(node: AnyNode, visit: Visit, parent: AnyNode = node): void {
  for (const child of Object.values(node).flat() as unknown[]) {
    if (!isNode(child)) continue;
    visit(child, node, parent);
    visitNodes(child, visit, node);
  }
}
