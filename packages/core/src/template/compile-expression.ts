import type { Command, Expression, Pipeline } from './ast.js';
import { compileCall, literalNumber, type Evaluate, type EvaluateCommand } from './compile-call.js';
import { compileLogic } from './compile-logic.js';
import type { FunctionTable } from './function-spec.js';
import { memberOfAny, readPath } from './read-path.js';
import type { Run } from './run.js';
import { Boxed, BoxedNumber, isList, isMap, numberOf, type Value } from './value.js';

/** Functions of `if`: what they are given may be missing where their own value may be (D-13). */
const LOGIC: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** Makes closures of expressions. `allowsMissing`: a path that does not exist is nil instead of an error. */
export class ExpressionCompiler {
  readonly functions: FunctionTable;

  constructor(functions: FunctionTable) {
    this.functions = functions;
  }

  /** The value of a pipeline, with its variables set. */
  readonly pipeline = (pipeline: Pipeline, allowsMissing: boolean): Evaluate => {
    const evaluate = this.commands(pipeline.commands, allowsMissing);
    if (pipeline.targets.length === 0) return evaluate;
    const { targets, at } = pipeline;
    const lost = targets.find((target) => target.slot < 0);
    if (lost !== undefined) {
      return (run, dot) => {
        evaluate(run, dot);
        return run.badArgument(`The variable "${lost.name}" is not defined: declare it with ":="`, at);
      };
    }
    const slots = targets.map((target) => target.slot);
    return (run, dot) => {
      const value = evaluate(run, dot);
      for (const slot of slots) run.slots[slot] = value;
      return value;
    };
  };

  readonly expression = (expression: Expression, allowsMissing: boolean): Evaluate => {
    switch (expression.kind) {
      case 'dot':
        return (_run, dot) => dot;
      case 'nil':
        return () => null;
      case 'bool':
      case 'string': {
        const { value } = expression;
        return () => value;
      }
      case 'number': {
        if (expression.tooLarge === true) {
          return (run) => run.badArgument(`${expression.text} is too large for an int`, expression.at);
        }
        const value = literalNumber(expression);
        return () => value;
      }
      case 'field':
        return compileField(expression.path, expression.at, allowsMissing);
      case 'variable': {
        const { slot, path, at, name } = expression;
        if (path.length === 0) return (run) => run.slots[slot] ?? null;
        const root = name === '$' ? '$' : name;
        return (run) => readPath(run, run.slots[slot] ?? null, path, at, root, allowsMissing);
      }
      case 'chain': {
        const base = this.expression(expression.base, allowsMissing);
        const { path, at } = expression;
        return (run, dot) => readPath(run, base(run, dot), path, at, '(…)', allowsMissing);
      }
      case 'function': {
        const evaluate = this.call(expression.name, [], false, expression.at, allowsMissing);
        return (run, dot) => evaluate(run, dot, null);
      }
      case 'pipeline':
        return this.pipeline(expression, allowsMissing);
    }
  };

  private commands(commands: readonly Command[], allowsMissing: boolean): Evaluate {
    const plain = plainExpression(commands);
    if (plain !== undefined) return this.expression(plain, allowsMissing);
    const compiled = commands.map((command, index) =>
      this.command(command, index > 0, this.mayBeMissing(commands, index, allowsMissing)),
    );
    const [first, second] = compiled;
    if (second === undefined) return (run, dot) => first!(run, dot, null);
    if (compiled.length === 2) return (run, dot) => second(run, dot, first!(run, dot, null));
    return (run, dot) => {
      let value: Value = null;
      for (const command of compiled) value = command(run, dot, value);
      return value;
    };
  }

  private mayBeMissing(commands: readonly Command[], index: number, allowsMissing: boolean): boolean {
    const next = commands[index + 1];
    if (next === undefined) return allowsMissing;
    const [taker] = next.operands;
    if (taker.kind !== 'function') return false;
    if (LOGIC.has(taker.name)) return this.mayBeMissing(commands, index + 1, allowsMissing);
    return this.functions[taker.name]?.acceptsMissing === true;
  }

  private command(command: Command, takesPiped: boolean, allowsMissing: boolean): EvaluateCommand {
    const [first, ...operands] = command.operands;
    if (first.kind === 'function') return this.call(first.name, operands, takesPiped, first.at, allowsMissing);
    if (first.kind === 'nil') return (run) => run.badArgument('nil is not a command', first.at);
    if (operands.length > 0 || takesPiped) return this.method(first, operands, takesPiped);
    return this.expression(first, allowsMissing);
  }

  private call(
    name: string,
    operands: readonly Expression[],
    takesPiped: boolean,
    at: number,
    allowsMissing: boolean,
  ): EvaluateCommand {
    if (name === 'and' || name === 'or') {
      return compileLogic(name, operands, takesPiped, at, allowsMissing, this.expression);
    }
    const strict = compileCall(name, this.functions[name]!, operands, takesPiped, at, (operand, missing) =>
      this.expression(operand, missing || (allowsMissing && LOGIC.has(name))),
    );
    if (name !== 'index' || !allowsMissing || operands.length === 0) return strict;
    const args = operands.map((operand) => this.expression(operand, true));
    return (run, dot, piped) => {
      const values = args.map((argument) => argument(run, dot));
      const value = lenientIndex(run, takesPiped ? [...values, piped] : values);
      return value === undefined ? strict(run, dot, piped) : value;
    };
  }

  /** Only a value of a Go type with methods takes arguments. */
  private method(first: Expression, operands: readonly Expression[], takesPiped: boolean): EvaluateCommand {
    const refuse = (run: Run): never => run.badArgument('Only a function takes arguments', first.at);
    if ((first.kind !== 'field' && first.kind !== 'variable' && first.kind !== 'chain') || first.path.length === 0) {
      return refuse;
    }
    const name = first.path.at(-1)!;
    const receiver = this.expression({ ...first, path: first.path.slice(0, -1) }, false);
    const args = operands.map((operand) => this.expression(operand, false));
    return (run, dot, piped) => {
      const value = receiver(run, dot);
      if (!(value instanceof Boxed) || value instanceof BoxedNumber) {
        if (!isMap(value)) readPath(run, value, [name], first.at, '(…)', false);
        return refuse(run);
      }
      const values = args.map((argument) => argument(run, dot));
      run.at = first.at;
      run.calling = name;
      return value.member(name, takesPiped ? [...values, piped] : values) ?? refuse(run);
    };
  }
}

/** The key when a pipeline is `.key` and nothing else. */
export function onlyKey({ commands }: Pipeline): string | undefined {
  const expression = plainExpression(commands);
  return expression?.kind === 'field' && expression.path.length === 1 ? expression.path[0] : undefined;
}

/** The expression that a pipeline consists of, when it calls nothing. */
function plainExpression(commands: readonly Command[]): Expression | undefined {
  const [first, ...rest] = commands[0]!.operands;
  const isPlain = commands.length === 1 && rest.length === 0 && first.kind !== 'function' && first.kind !== 'nil';
  return isPlain ? first : undefined;
}

/** `.a`, `.a.b` and longer: the most common expressions. */
function compileField(path: readonly string[], at: number, allowsMissing: boolean): Evaluate {
  if (path.length === 1) {
    const [key] = path as readonly [string];
    return (run, dot) => {
      const value = memberOfAny(run, dot, key);
      if (value !== undefined) return value;
      return readPath(run, dot, path, at, '', allowsMissing);
    };
  }
  if (path.length === 0) return (_run, dot) => dot;
  return (run, dot) => readPath(run, dot, path, at, '', allowsMissing);
}

function isPosition(number: number | bigint | undefined, length: number): boolean {
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < length;
}

/** The value at a chain of keys; null when one is missing, undefined for what is an error anyhow. */
function lenientIndex(run: Run, values: readonly Value[]): Value | undefined {
  let value: Value = values[0] ?? null;
  for (const key of values.slice(1)) {
    if (value === null) return null;
    run.surface(value);
    if (isMap(value) && typeof key === 'string') value = memberOfAny(run, value, key) ?? null;
    else if (isList(value) && isPosition(numberOf(key), value.length)) {
      value = value[Number(numberOf(key))] ?? null;
    } else return undefined;
  }
  return value;
}
