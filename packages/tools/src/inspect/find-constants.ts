import type { AnyNode, CallExpression, Node, ObjectExpression, Program, Property } from 'acorn';
import { isNode, visitNodes } from './syntax.js';

export interface Constants {
  /** What `node` is by way of constants of the module; `undefined` when that cannot be told. */
  valueOf(node: Node): AnyNode | undefined;
  /** Whether something may add to the object that `node` is. */
  isShared(node: Node): boolean;
}

/**
 * The constants at the top of a bundle of esbuild, which gives each name there once. An object is shared unless it is
 * only read, spread or exported.
 */
export function findConstants(program: Program): Constants {
  const values = new Map<string, AnyNode>();
  const aliases = new Map<AnyNode, string>();
  for (const statement of program.body) {
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration')
      values.set(statement.id.name, statement);
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (id.type !== 'Identifier' || !isNode(init)) continue;
      values.set(id.name, init);
      if (init.type === 'Identifier') aliases.set(init, id.name);
    }
  }
  const namespaces = findNamespaces(program);
  for (const [name, { members }] of namespaces) values.set(name, members);

  const assigned = new Set<string>();
  const shared = new Set<string>();
  visitNodes(program, (node, parent, grandparent) => {
    if (node.type !== 'Identifier' || isNameOnly(node, parent)) return;
    if (isTarget(node, parent)) assigned.add(node.name);
    if (namespaces.get(node.name)?.call === parent || aliases.has(node)) return;
    if (!isRead(node, parent, grandparent)) shared.add(node.name);
  });
  // What happens to an object under one of its names has happened to it.
  for (const alias of [...aliases].toReversed()) {
    const [target, name] = alias;
    if (shared.has(name) && target.type === 'Identifier') shared.add(target.name);
  }

  const follow = (node: Node) => {
    const names: string[] = [];
    let value = node as AnyNode | undefined;
    while (value?.type === 'Identifier') {
      const { name } = value;
      value = assigned.has(name) || names.includes(name) ? undefined : values.get(name);
      names.push(name);
    }
    return { names, value };
  };
  return {
    valueOf: (node) => follow(node).value,
    isShared: (node) => follow(node).names.some((name) => shared.has(name)),
  };
}

interface Namespace {
  readonly call: CallExpression;
  readonly members: ObjectExpression;
}

/** `import * as name` is `__export(name, { member: () => value })` in a bundle. */
function findNamespaces({ body }: Program): ReadonlyMap<string, Namespace> {
  const found = new Map<string, Namespace>();
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const call = statement.expression;
    const [name, members] = call.arguments;
    const isExport = call.callee.type === 'Identifier' && /^__export\d*$/.test(call.callee.name);
    if (!isExport || name?.type !== 'Identifier' || members?.type !== 'ObjectExpression') continue;
    const properties = members.properties.map((property) =>
      property.type === 'Property' && property.value.type === 'ArrowFunctionExpression'
        ? ({ ...property, value: property.value.body } as Property)
        : property,
    );
    found.set(name.name, { call, members: { ...members, properties } });
  }
  return found;
}

/** A name that is declared, handed out or a member's, and no use of the constant. */
function isNameOnly(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.key === node && !parent.computed;
    case 'MemberExpression':
      return parent.property === node && !parent.computed;
    case 'VariableDeclarator':
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return parent.id === node;
    case 'ExportSpecifier':
    case 'ExportDefaultDeclaration':
      return true;
    default:
      return false;
  }
}

function isTarget(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'ForInStatement':
    case 'ForOfStatement':
      return parent.left === node;
    case 'UnaryExpression':
      return parent.operator === 'delete';
    case 'UpdateExpression':
    case 'ArrayPattern':
    case 'RestElement':
      return true;
    default:
      return false;
  }
}

/** Spread, or asked for a member that is neither set nor called. */
function isRead(node: AnyNode, parent: AnyNode, grandparent: AnyNode): boolean {
  if (parent.type === 'SpreadElement') return true;
  if (parent.type !== 'MemberExpression' || parent.object !== node) return false;
  const isCalled = grandparent.type === 'CallExpression' && grandparent.callee === parent;
  // A value in a pattern cannot be told from one in an object.
  return !isCalled && grandparent.type !== 'Property' && !isTarget(parent, grandparent);
}
