import { closestName } from '../template/closest-name.js';
import { areEqual, hasKey, isIn, memberOfMap, numberOf } from './equality.js';
import type { Evaluation } from './evaluation.js';
import { pathText, type Comprehension, type Expression } from './expression.js';
import { calculate, isOrdered, toInt } from './operators.js';
import { Problem, type ProblemText } from './problem.js';
import {
  CelList,
  CelMap,
  Duration,
  isListValue,
  isMapValue,
  mapKey,
  nameOfType,
  TYPES,
  type CelListLike,
  type CelValue,
} from './value.js';

const SHOWN_KEYS = 20;
const COMPARED_KEYS = 1_000;
/** An error is dearer than a value: where it does not matter in the end, there may be many. */
const PROBLEM_STEPS = 20;

/** @throws Problem, TemplateLateError, `Template.TooExpensive` */
export function evaluateExpression(run: Evaluation, node: Expression): CelValue {
  run.spend(1);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
      return variable(run, node.name, node.at);
    case 'local':
      return run.slots[node.slot]!;
    case 'select':
      return member(run, node, evaluateExpression(run, node.base), node.key);
    case 'index':
      return member(run, node, evaluateExpression(run, node.base), evaluateExpression(run, node.key));
    case 'has': {
      const base = evaluateExpression(run, node.member.base);
      if (isMapValue(base)) return hasKey(base, node.member.key);
      return fail(node.at, () => ({ message: `has() looks for a key of a map, and this is ${nameOfType(base)}` }));
    }
    case 'not': {
      const operand = evaluateExpression(run, node.operand);
      return typeof operand === 'boolean' ? !operand : fail(node.at, () => notABool('!', operand));
    }
    case 'negate':
      return negated(run, evaluateExpression(run, node.operand), node.at);
    case 'binary': {
      const left = evaluateExpression(run, node.left);
      const right = evaluateExpression(run, node.right);
      run.at = node.at;
      switch (node.operator) {
        case '==':
          return areEqual(run, left, right);
        case '!=':
          return !areEqual(run, left, right);
        case 'in':
          return (
            isIn(run, left, right) ?? run.problem(`"in" looks into a list or a map, not into ${nameOfType(right)}`)
          );
        case '<':
        case '<=':
        case '>':
        case '>=':
          return isOrdered(run, node.operator, left, right);
        default:
          return calculate(run, node.operator, left, right);
      }
    }
    case 'and':
      return decided(run, node, false);
    case 'or':
      return decided(run, node, true);
    case 'choose': {
      const condition = evaluateExpression(run, node.condition);
      if (typeof condition !== 'boolean') return fail(node.condition.at, () => notABool('? :', condition));
      return evaluateExpression(run, condition ? node.whenTrue : node.whenFalse);
    }
    case 'list':
      return new CelList(node.items.map((item) => evaluateExpression(run, item)));
    case 'map': {
      const map = new CelMap();
      for (const [keyNode, valueNode] of node.entries) {
        const key = evaluateExpression(run, keyNode);
        const stored = typeof key === 'number' ? undefined : mapKey(key);
        if (stored === undefined)
          return fail(keyNode.at, () => ({ message: `The key of a map cannot be ${nameOfType(key)}` }));
        if (map.entries.has(stored)) return fail(keyNode.at, () => ({ message: 'The map has this key twice' }));
        map.entries.set(stored, [key, evaluateExpression(run, valueNode)]);
      }
      return map;
    }
    case 'call': {
      const args = node.args.map((argument) => evaluateExpression(run, argument));
      run.at = node.at;
      return node.implementation.call(run, ...args);
    }
    case 'comprehension':
      return comprehension(run, node);
    case 'bind':
      run.slots[node.slot] = evaluateExpression(run, node.value);
      return evaluateExpression(run, node.body);
  }
}

function variable(run: Evaluation, name: string, at: number): CelValue {
  const value = memberOfMap(run, run.data, name);
  if (value !== undefined) return value;
  const type = TYPES.get(name);
  if (type !== undefined) return type;
  return fail(at, () => {
    const names = Object.keys(run.data);
    return {
      message: `There is no variable "${name}": ${keysText('the context has', names, name)}`,
      details: missingDetails(name, name, names),
    };
  });
}

type MemberNode = Extract<Expression, { kind: 'select' | 'index' }>;

function member(run: Evaluation, node: MemberNode, base: CelValue, key: CelValue): CelValue {
  if (isListValue(base)) {
    // Any whole number is an index, whatever its type.
    const index = Number(numberOf(key) ?? NaN);
    if (Number.isInteger(index) && index >= 0 && index < run.lengthOf(base)) return run.itemOf(base, index);
    run.spend(PROBLEM_STEPS);
    return fail(node.at, () => noElement(run, node, base, key));
  }
  if (isMapValue(base)) {
    const value = memberOfMap(run, base, key);
    if (value !== undefined) return value;
    run.spend(PROBLEM_STEPS);
    return fail(node.at, () => noKey(run, node, base, key));
  }
  run.spend(PROBLEM_STEPS);
  return fail(node.at, () => {
    const before = pathText(node.base);
    return {
      message: `No value at "${pathText(node) ?? keyText(key)}": ${before === undefined ? 'the value' : `"${before}"`} is ${nameOfType(base)}`,
      details: { path: pathText(node) ?? keyText(key), key: keyText(key), available: [] },
    };
  });
}

function noElement(run: Evaluation, node: MemberNode, list: CelListLike, key: CelValue): ProblemText {
  const path = pathText(node) ?? keyText(key);
  const before = pathText(node.base);
  const length = run.lengthOf(list);
  const reason =
    numberOf(key) !== undefined
      ? `has ${length} ${length === 1 ? 'element' : 'elements'}`
      : before === undefined
        ? 'has no fields'
        : `is a list, which has no fields: write ${before}[0]`;
  return {
    message: `No value at "${path}": ${before === undefined ? 'the list' : `"${before}"`} ${reason}`,
    details: { path, key: keyText(key), available: [] },
  };
}

function noKey(run: Evaluation, node: MemberNode, map: Parameters<typeof hasKey>[0], key: CelValue): ProblemText {
  const path = pathText(node) ?? keyText(key);
  const before = pathText(node.base);
  const names = run.keysOf(map).map(keyText);
  const name = keyText(key);
  return {
    message: `No value at "${path}": ${keysText(`${before === undefined ? 'the map' : `"${before}"`} has`, names, name)}`,
    details: missingDetails(path, name, names),
  };
}

function keysText(subject: string, names: readonly string[], wanted: string): string {
  if (names.length === 0) return `${subject} no keys`;
  const shown = names
    .slice(0, SHOWN_KEYS)
    .map((name) => JSON.stringify(name))
    .join(', ');
  const more = names.length > SHOWN_KEYS ? ` and ${names.length - SHOWN_KEYS} more` : '';
  const close = closestName(wanted, names.slice(0, COMPARED_KEYS));
  return `${subject} the keys ${shown}${more}${close === undefined ? '' : `; did you mean "${close}"?`}`;
}

function missingDetails(path: string, key: string, names: readonly string[]): NonNullable<ProblemText['details']> {
  const close = closestName(key, names.slice(0, COMPARED_KEYS));
  const details = { path, key, available: names.slice(0, SHOWN_KEYS) };
  return close === undefined ? details : { ...details, suggestion: close };
}

function keyText(key: CelValue): string {
  if (typeof key === 'object') return nameOfType(key);
  return String(key);
}

function negated(run: Evaluation, operand: CelValue, at: number): CelValue {
  run.at = at;
  if (typeof operand === 'bigint') return toInt(run, -operand);
  if (typeof operand === 'number') return -operand;
  if (operand instanceof Duration) return new Duration(-operand.nanos);
  return run.problem(`"-" cannot take ${nameOfType(operand)}`);
}

/** `||` is decided by a true side and `&&` by a false one, whatever the others are, errors too. */
function decided(run: Evaluation, node: Extract<Expression, { kind: 'and' | 'or' }>, deciding: boolean): boolean {
  const operator = node.kind === 'and' ? '&&' : '||';
  let problem: Problem | undefined;
  for (const operand of node.operands) {
    const value = attempt(run, operand, operator);
    if (value === deciding) return deciding;
    if (value instanceof Problem) problem ??= value;
  }
  if (problem !== undefined) throw problem;
  return !deciding;
}

function attempt(run: Evaluation, node: Expression, operator: string): boolean | Problem {
  try {
    const value = evaluateExpression(run, node);
    return typeof value === 'boolean' ? value : new Problem(node.at, () => notABool(operator, value));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    run.spend(PROBLEM_STEPS);
    return error;
  }
}

function notABool(operator: string, value: CelValue): ProblemText {
  return { message: `"${operator}" takes true or false, not ${nameOfType(value)}` };
}

function comprehension(run: Evaluation, node: Comprehension): CelValue {
  const range = evaluateExpression(run, node.range);
  const { slot, macro } = node;
  run.at = node.at;
  let length: number;
  let elementAt: (index: number) => CelValue;
  if (isListValue(range)) {
    length = run.lengthOf(range);
    elementAt = (index) => run.itemOf(range, index);
  } else if (isMapValue(range)) {
    const keys = run.keysOf(range);
    length = keys.length;
    elementAt = (index) => keys[index]!;
  } else {
    return fail(node.range.at, () => ({
      message: `${macro}() walks over a list or a map, not over ${nameOfType(range)}`,
    }));
  }
  if (macro === 'all' || macro === 'exists') return quantified(run, node, length, elementAt);
  const made: CelValue[] = [];
  let count = 0;
  for (let i = 0; i < length; i += 1) {
    run.spend(1);
    const element = elementAt(i);
    run.slots[slot] = element;
    if (node.predicate !== undefined) {
      const fits = evaluateExpression(run, node.predicate);
      if (typeof fits !== 'boolean') return fail(node.predicate.at, () => notABool(`${macro}()`, fits));
      if (!fits) continue;
    }
    count += 1;
    if (macro === 'filter') made.push(element);
    else if (node.transform !== undefined) made.push(evaluateExpression(run, node.transform));
  }
  return macro === 'exists_one' ? count === 1 : new CelList(made);
}

/** As `||` and `&&` over all elements. */
function quantified(
  run: Evaluation,
  node: Comprehension,
  length: number,
  elementAt: (index: number) => CelValue,
): boolean {
  const deciding = node.macro === 'exists';
  let problem: Problem | undefined;
  for (let i = 0; i < length; i += 1) {
    run.spend(1);
    run.slots[node.slot] = elementAt(i);
    const fits = attempt(run, node.predicate!, `${node.macro}()`);
    if (fits === deciding) return deciding;
    if (fits instanceof Problem) problem ??= fits;
  }
  if (problem !== undefined) throw problem;
  return !deciding;
}

function fail(at: number, describe: () => ProblemText): never {
  throw new Problem(at, describe);
}
