import { parse, type Identifier, type Literal, type Node, type Program } from 'acorn';
import { findConstants, type Constants } from './find-constants.js';
import { isNode, keyOf } from './syntax.js';

/** A name and its value, `undefined` when that is not in the bundle. */
type Member = readonly [id: string, value: Node | undefined];

interface Exports {
  readonly byDefault: Node | undefined;
  readonly byName: readonly Member[];
}

/**
 * Ids of the tools that a bundle of esbuild exports, as `collectToolFunctions` would find them by running it: members of
 * its default export, then what is exported by name. What may be a function counts as one. `undefined` when only
 * running it would tell.
 */
export function exportedTools(bundle: string): readonly string[] | undefined {
  const program = parseModule(bundle);
  if (program === undefined) return undefined;
  const constants = findConstants(program);
  const exported = exportsOf(program);
  if (exported === undefined) return undefined;
  const members = exported.byDefault === undefined ? [] : membersOf(exported.byDefault, constants);
  if (members === undefined) return undefined;
  const functions = [...members, ...exported.byName].filter(([, value]) => mayBeFunction(value, constants));
  return [...new Set(functions.map(([id]) => id))];
}

/** `undefined` for syntax that is newer than the parser. */
function parseModule(text: string): Program | undefined {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch {
    return undefined;
  }
}

function exportsOf({ body }: Program): Exports | undefined {
  let byDefault: Node | undefined;
  const byName: Member[] = [];
  for (const statement of body) {
    if (statement.type === 'ExportDefaultDeclaration') byDefault = statement.declaration;
    if (statement.type === 'ExportAllDeclaration') {
      // The names that a package exports are not known here.
      if (!isNode(statement.exported)) return undefined;
      byName.push([nameOf(statement.exported), undefined]);
    }
    if (statement.type !== 'ExportNamedDeclaration') continue;
    for (const { exported, local } of statement.specifiers) {
      const isOfPackage = isNode(statement.source);
      if (nameOf(exported) !== 'default') byName.push([nameOf(exported), isOfPackage ? undefined : local]);
      else if (isOfPackage) return undefined;
      else byDefault = local;
    }
  }
  return { byDefault, byName };
}

/** Members of the object that `node` is; none of a function. */
function membersOf(node: Node, constants: Constants): readonly Member[] | undefined {
  const value = constants.valueOf(node);
  if (value === undefined) return undefined;
  if (isFunction(value)) return [];
  if (value.type !== 'ObjectExpression' || constants.isShared(node)) return undefined;
  const members: Member[] = [];
  for (const property of value.properties) {
    if (property.type === 'SpreadElement') {
      const spread = membersOf(property.argument, constants);
      if (spread === undefined) return undefined;
      members.push(...spread);
    } else {
      const id = keyOf(property);
      if (id === undefined) return undefined;
      members.push([id, property.kind === 'get' ? undefined : property.value]);
    }
  }
  return members;
}

const NO_FUNCTIONS = ['Literal', 'TemplateLiteral', 'ObjectExpression', 'ArrayExpression', 'UnaryExpression'];

function mayBeFunction(node: Node | undefined, constants: Constants): boolean {
  const value = node === undefined ? undefined : constants.valueOf(node);
  return value === undefined || !NO_FUNCTIONS.includes(value.type);
}

function isFunction({ type }: Node): boolean {
  return /^(Function|Class|ArrowFunction)(Declaration|Expression)$/.test(type);
}

function nameOf(exported: Identifier | Literal): string {
  return exported.type === 'Identifier' ? exported.name : String(exported.value);
}
