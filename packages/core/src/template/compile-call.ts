import type { Expression } from './ast.js';
import type { FunctionSpec, ParameterType } from './function-spec.js';
import type { Run } from './run.js';
import { BoxedNumber, numberOf, toFloat, toInt, typeOf, type Value } from './value.js';

export type Evaluate = (run: Run, dot: Value) => Value;
/** `piped` is the value of the command before; it becomes the last argument. */
export type EvaluateCommand = (run: Run, dot: Value, piped: Value) => Value;
export type CompileExpression = (expression: Expression, allowsMissing: boolean) => Evaluate;

const TYPE_NAMES: Readonly<Record<ParameterType, string>> = {
  any: 'interface {}',
  string: 'string',
  int: 'int',
  float64: 'float64',
  bool: 'bool',
  map: 'map[string]interface {}',
  time: 'time.Time',
};

/** A call of a function; its arguments are checked as Go's reflection would. */
export function compileCall(
  name: string,
  spec: FunctionSpec,
  operands: readonly Expression[],
  takesPiped: boolean,
  at: number,
  compile: CompileExpression,
): EvaluateCommand {
  const wrongCount = countProblem(name, spec, operands.length + (takesPiped ? 1 : 0));
  if (wrongCount !== undefined) return (run) => run.badArgument(wrongCount, at);
  const fixedCount = spec.parameters.length;
  const typeAt = (index: number): ParameterType => (index < fixedCount ? spec.parameters[index]! : spec.rest!);
  const args = operands.map((operand, index) =>
    compileArgument(name, operand, typeAt(index), compile, spec.acceptsMissing === true),
  );
  const pipedType = takesPiped ? typeAt(operands.length) : 'any';
  const check = checkFor(pipedType);
  const { call, sees } = spec;

  const prepare = (run: Run, value: Value): unknown => {
    if (run.isOpaque !== undefined && typeof value === 'object' && value !== null) look(run, value, sees);
    return value;
  };
  const lastPiped = (run: Run, piped: Value): unknown => {
    run.at = at;
    run.calling = name;
    return check === undefined ? piped : check(run, piped, name, at);
  };
  const begin = (run: Run): void => {
    run.at = at;
    run.calling = name;
  };

  if (spec.rest === undefined && args.length + (takesPiped ? 1 : 0) <= 3) {
    const [a, b, c] = args;
    const evaluate = (run: Run, dot: Value, argument: Argument | undefined, piped: Value): unknown => {
      if (argument === undefined) return lastPiped(run, prepare(run, piped) as Value);
      return argument(run, dot, prepare);
    };
    switch (fixedCount) {
      case 0:
        return (run) => {
          begin(run);
          return finish(run, call(run));
        };
      case 1:
        return (run, dot, piped) => {
          const x = evaluate(run, dot, a, piped);
          begin(run);
          return finish(run, call(run, x));
        };
      case 2:
        return (run, dot, piped) => {
          const x = evaluate(run, dot, a, piped);
          const y = evaluate(run, dot, b, piped);
          begin(run);
          return finish(run, call(run, x, y));
        };
      default:
        return (run, dot, piped) => {
          const x = evaluate(run, dot, a, piped);
          const y = evaluate(run, dot, b, piped);
          const z = evaluate(run, dot, c, piped);
          begin(run);
          return finish(run, call(run, x, y, z));
        };
    }
  }
  return (run, dot, piped) => {
    const values: unknown[] = [];
    for (const argument of args) values.push(argument(run, dot, prepare));
    if (takesPiped) values.push(lastPiped(run, prepare(run, piped) as Value));
    begin(run);
    if (spec.rest === undefined) return finish(run, call(run, ...values));
    const head = values.slice(0, fixedCount);
    return finish(run, call(run, ...head, values.slice(fixedCount)));
  };
}

/** What was made has to be paid for. */
function finish(run: Run, result: Value): Value {
  run.spend(1);
  if (typeof result === 'string') return run.paid(result);
  if (Array.isArray(result)) run.spend(result.length);
  return result;
}

function look(run: Run, value: Value, sees: FunctionSpec['sees']): void {
  if (sees === 'inside') run.inside(value);
  else if (sees === 'surface') run.surface(value);
}

function countProblem(name: string, spec: FunctionSpec, count: number): string | undefined {
  const wanted = spec.parameters.length;
  if (spec.rest === undefined ? count === wanted : count >= wanted) return undefined;
  const atLeast = spec.rest === undefined ? '' : 'at least ';
  return `${name} takes ${atLeast}${wanted} ${wanted === 1 ? 'argument' : 'arguments'}, not ${count}`;
}

type Argument = (run: Run, dot: Value, prepare: (run: Run, value: Value) => unknown) => unknown;

function compileArgument(
  name: string,
  operand: Expression,
  type: ParameterType,
  compile: CompileExpression,
  allowsMissing: boolean,
): Argument {
  const constant = constantArgument(operand, type);
  if (constant !== undefined) {
    if ('value' in constant) return () => constant.value;
    return (run) => run.badArgument(`${name} expects ${TYPE_NAMES[type]}, not ${constant.problem}`, operand.at);
  }
  const evaluate = compile(operand, allowsMissing);
  let check = checkFor(type);
  // As in Go: nil that comes from a field is of no type, so no map either.
  if (type === 'map' && !allowsMissing && 'path' in operand && operand.path.length > 0) check = presentMap;
  if (check === undefined) return (run, dot, prepare) => prepare(run, evaluate(run, dot));
  const checked = check;
  return (run, dot, prepare) => checked(run, prepare(run, evaluate(run, dot)) as Value, name, operand.at);
}

/** What a literal is for a parameter of the given type; undefined when the operand is no literal. */
function constantArgument(
  operand: Expression,
  type: ParameterType,
): { readonly value: unknown } | { readonly problem: string } | undefined {
  switch (operand.kind) {
    case 'string':
      return type === 'string' || type === 'any'
        ? { value: operand.value }
        : { problem: JSON.stringify(operand.value) };
    case 'bool':
      return type === 'bool' || type === 'any' ? { value: operand.value } : { problem: String(operand.value) };
    case 'nil':
      return type === 'any' || type === 'map' ? { value: null } : { problem: 'nil' };
    case 'number':
      if (type === 'any') {
        if (operand.tooLarge === true) return { problem: `${operand.text}, which is too large for an int` };
        return { value: literalNumber(operand) };
      }
      if (type === 'int' && operand.int !== undefined) return { value: Number(operand.int) };
      if (type === 'float64') return { value: operand.float };
      return { problem: operand.text };
    default:
      return undefined;
  }
}

/** A number literal where any type will do. */
export function literalNumber(literal: Extract<Expression, { kind: 'number' }>): Value {
  return literal.writtenAsFloat || literal.int === undefined ? toFloat(literal.float) : toInt(literal.int);
}

type Check = (run: Run, value: Value, name: string, at: number) => unknown;

/** How a value that is not a literal becomes an argument; undefined when anything will do. */
function checkFor(type: ParameterType): Check | undefined {
  return type === 'any' ? undefined : CHECKS[type];
}

const presentMap: Check = (run, value, name, at) =>
  value === null ? wrongType(run, value, name, at, 'map') : CHECKS.map(run, value, name, at);

const CHECKS: Readonly<Record<Exclude<ParameterType, 'any'>, Check>> = {
  string: (run, value, name, at) => (typeof value === 'string' ? value : wrongType(run, value, name, at, 'string')),
  bool: (run, value, name, at) => (typeof value === 'boolean' ? value : wrongType(run, value, name, at, 'bool')),
  int: (run, value, name, at) => {
    if (typeOf(value) !== 'int') return wrongType(run, value, name, at, 'int');
    return Number(numberOf(value)!);
  },
  float64: (run, value, name, at) => {
    if (typeOf(value) !== 'float64') return wrongType(run, value, name, at, 'float64');
    return Number(numberOf(value)!);
  },
  map: (run, value, name, at) => {
    if (value === null || typeOf(value) === TYPE_NAMES.map) return value;
    return wrongType(run, value, name, at, 'map');
  },
  time: (run, value, name, at) => (typeOf(value) === 'time.Time' ? value : wrongType(run, value, name, at, 'time')),
};

function wrongType(run: Run, value: Value, name: string, at: number, type: ParameterType): never {
  const found = value === null ? 'null' : `a value of type ${typeOf(value)}`;
  const converter = conversionFor(value, type);
  run.badArgument(`${name} expects ${TYPE_NAMES[type]}, not ${found}${converter}`, at);
}

function conversionFor(value: Value, type: ParameterType): string {
  const number = typeof value === 'number' || value instanceof BoxedNumber;
  if (type === 'string' && (number || typeof value === 'boolean')) return ': convert it with "toString"';
  if ((type === 'int' && (number || typeof value === 'string')) || (type === 'float64' && number)) {
    return `: convert it with "${type}"`;
  }
  return '';
}
