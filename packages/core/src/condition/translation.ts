import type { ASTNode } from '@marcbachmann/cel-js';
import { closestName } from '../template/closest-name.js';
import { conditionError } from './condition-error.js';
import type { BinaryOperator, Expression, Macro, SelectExpression } from './expression.js';
import type { CelFunction, CelFunctions } from './functions/cel-function.js';
import { GLOBAL_FUNCTIONS, MACRO_NAMES, MEMBER_FUNCTIONS } from './functions/function-table.js';
import { TYPES, Uint, type CelValue } from './value.js';

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter']);
const MAX_INT = 2n ** 63n - 1n;
/** Keeps the recursion over expressions well inside a stack that is in use already. */
const MAX_DEPTH = 500;

/** Turns the parser's tree into ours: names of functions and variables of macros are looked up here, once. */
export class Translation {
  readonly #source: string;
  /** Variables of the macros around, innermost last. */
  readonly #scope: { name: string; slot: number }[] = [];
  #slots = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** @throws `Condition.Invalid` for unknown functions and wrong macros */
  translate(node: ASTNode): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail(node.start, `The condition nests more than ${MAX_DEPTH} deep`);
    const translated = this.#translated(node);
    this.#depth -= 1;
    return translated;
  }

  #translated(node: ASTNode): Expression {
    const at = node.start;
    switch (node.op) {
      case 'value':
        return { kind: 'literal', at, value: this.#literal(node.args, at) };
      case 'id':
        return this.#name(node.args, at);
      case '.': {
        const [base, key] = node.args;
        return this.#typeName(node) ?? { kind: 'select', at: node.pos, base: this.translate(base), key };
      }
      case '[]': {
        const [base, key] = node.args;
        return { kind: 'index', at: key.start, base: this.translate(base), key: this.translate(key) };
      }
      case 'call':
        return this.#call(node.args[0], node.args[1], at);
      case 'rcall':
        return this.#memberCall(node.args[0], node.args[1], node.args[2], at);
      case 'list':
        return { kind: 'list', at, items: node.args.map((item) => this.translate(item)) };
      case 'map':
        return {
          kind: 'map',
          at,
          entries: node.args.map(([key, value]) => [this.translate(key), this.translate(value)]),
        };
      case '?:': {
        const [condition, whenTrue, whenFalse] = node.args;
        return {
          kind: 'choose',
          at,
          condition: this.translate(condition),
          whenTrue: this.translate(whenTrue),
          whenFalse: this.translate(whenFalse),
        };
      }
      case '&&':
      case '||': {
        const kind = node.op === '&&' ? 'and' : 'or';
        return { kind, at, operands: operandsOf(node).map((operand) => this.translate(operand)) };
      }
      case '!_':
        return { kind: 'not', at, operand: this.translate(node.args) };
      case '-_':
        return this.#negation(node.args, at);
      case '.?':
      case '[?]':
        return this.#fail(at, 'Optional fields (.?) are not supported: use has()');
      default: {
        const [left, right] = node.args as [ASTNode, ASTNode];
        return {
          kind: 'binary',
          at,
          operator: node.op as BinaryOperator,
          left: this.translate(left),
          right: this.translate(right),
        };
      }
    }
  }

  #literal(value: unknown, at: number): CelValue {
    if (typeof value === 'bigint' && value > MAX_INT) return this.#fail(at, 'The number does not fit into 64 bits');
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value as CelValue;
    // The parser's own class for 1u.
    return new Uint((value as { readonly value: bigint }).value);
  }

  /** The least integer has no positive counterpart. */
  #negation(operand: ASTNode, at: number): Expression {
    if (operand.op === 'value' && operand.args === MAX_INT + 1n) return { kind: 'literal', at, value: -(MAX_INT + 1n) };
    return { kind: 'negate', at, operand: this.translate(operand) };
  }

  #name(name: string, at: number): Expression {
    const local = this.#scope.findLast((variable) => variable.name === name);
    return local === undefined ? { kind: 'name', at, name } : { kind: 'local', at, name, slot: local.slot };
  }

  /** `google.protobuf.Timestamp` is one name. */
  #typeName(node: ASTNode): Expression | undefined {
    const text = this.#source.slice(node.start, node.end);
    if (!text.startsWith('google.protobuf.')) return undefined;
    const type = TYPES.get(text);
    return type === undefined ? undefined : { kind: 'literal', at: node.start, value: type };
  }

  #call(name: string, args: readonly ASTNode[], at: number): Expression {
    if (name === 'has') return this.#has(args, at);
    const implementation = this.#function(GLOBAL_FUNCTIONS, name, args.length, at);
    if (implementation !== undefined) return this.#applied(name, implementation, args, at);
    if (Object.hasOwn(MEMBER_FUNCTIONS, name))
      this.#fail(at, `${name} is called on a value: ${MEMBER_FUNCTIONS[name]!.usage}`);
    if (MACROS.has(name)) this.#fail(at, `${name} is called on a list: list.${name}(x, …)`);
    const hint = name === 'now' ? ': a condition knows no clock' : '';
    return this.#unknown(
      name,
      [...Object.keys(GLOBAL_FUNCTIONS), ...Object.keys(MEMBER_FUNCTIONS), ...MACRO_NAMES],
      at,
      hint,
    );
  }

  #memberCall(name: string, receiver: ASTNode, args: readonly ASTNode[], at: number): Expression {
    if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel' && args.length === 3)
      return this.#bind(args, at);
    if (MACROS.has(name)) return this.#macro(name, receiver, args, at);
    const nameAt = this.#nameAt(receiver, name);
    const implementation = this.#function(MEMBER_FUNCTIONS, name, args.length, nameAt);
    if (implementation !== undefined) return this.#applied(name, implementation, [receiver, ...args], nameAt);
    if (Object.hasOwn(GLOBAL_FUNCTIONS, name))
      this.#fail(nameAt, `${name} takes the value in parentheses: ${GLOBAL_FUNCTIONS[name]!.usage}`);
    return this.#unknown(name, [...Object.keys(MEMBER_FUNCTIONS), ...MACROS], nameAt, '');
  }

  #applied(name: string, implementation: CelFunction, args: readonly ASTNode[], at: number): Expression {
    return { kind: 'call', at, name, implementation, args: args.map((argument) => this.translate(argument)) };
  }

  #function(table: CelFunctions, name: string, count: number, at: number): CelFunction | undefined {
    if (!Object.hasOwn(table, name)) return undefined;
    const found = table[name]!;
    const [min, max] = found.arity;
    if (count < min || count > max) this.#fail(at, `${name} takes other arguments: ${found.usage}`);
    return found;
  }

  #has(args: readonly ASTNode[], at: number): Expression {
    const [argument] = args;
    if (args.length !== 1 || argument!.op !== '.') return this.#fail(at, 'has() takes one field: has(tasks.x.output)');
    const member = this.translate(argument!) as SelectExpression;
    return { kind: 'has', at, member };
  }

  #bind([variable, value, body]: readonly ASTNode[], at: number): Expression {
    const name = this.#variable(variable!, 'cel.bind');
    const bound = this.translate(value!);
    const slot = this.#open(name);
    const inside = this.translate(body!);
    this.#scope.pop();
    return { kind: 'bind', at, slot, value: bound, body: inside };
  }

  #macro(written: string, receiver: ASTNode, args: readonly ASTNode[], at: number): Expression {
    const macro = (written === 'existsOne' ? 'exists_one' : written) as Macro;
    const fits = args.length === 2 || (macro === 'map' && args.length === 3);
    if (!fits)
      return this.#fail(
        at,
        `${written} takes other arguments: list.${written}(x, ${macro === 'map' ? 'value' : 'condition'})`,
      );
    const range = this.translate(receiver);
    const name = this.#variable(args[0]!, written);
    const slot = this.#open(name);
    const first = this.translate(args[1]!);
    const second = args[2] === undefined ? undefined : this.translate(args[2]);
    this.#scope.pop();
    const takesAll = macro === 'map' && second === undefined;
    const parts = takesAll ? { predicate: undefined, transform: first } : { predicate: first, transform: second };
    return { kind: 'comprehension', at, macro, slot, range, ...parts };
  }

  #variable(node: ASTNode, macro: string): string {
    return node.op === 'id'
      ? node.args
      : this.#fail(node.start, `The first argument of ${macro} is the name of a variable`);
  }

  #open(name: string): number {
    const slot = this.#slots;
    this.#slots += 1;
    this.#scope.push({ name, slot });
    return slot;
  }

  /** Where the name behind the dot stands. */
  #nameAt(receiver: ASTNode, name: string): number {
    const found = this.#source.indexOf(name, receiver.end);
    return found === -1 ? receiver.start : found;
  }

  #unknown(name: string, candidates: readonly string[], at: number, hint: string): never {
    const close = closestName(name, candidates);
    const suggestion = close === undefined ? hint : `; did you mean "${close}"?`;
    throw conditionError(this.#source, at, `There is no function "${name}"${suggestion}`, {
      function: name,
      ...(close === undefined ? {} : { suggestion: close }),
    });
  }

  #fail(at: number, message: string): never {
    throw conditionError(this.#source, at, message);
  }
}

/** `a || b || c` is one list, however long. */
function operandsOf(node: ASTNode): readonly ASTNode[] {
  const operands: ASTNode[] = [];
  let left: ASTNode = node;
  while ((left.op === '||' || left.op === '&&') && left.op === node.op) {
    operands.push(left.args[1]);
    left = left.args[0];
  }
  operands.push(left);
  return operands.toReversed();
}
