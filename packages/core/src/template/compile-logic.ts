import type { Expression } from './ast.js';
import type { CompileExpression, EvaluateCommand } from './compile-call.js';
import { isTrue } from './value.js';

/** `and` and `or`: the first argument that decides, without evaluating the rest. */
export function compileLogic(
  name: 'and' | 'or',
  operands: readonly Expression[],
  takesPiped: boolean,
  at: number,
  allowsMissing: boolean,
  compile: CompileExpression,
): EvaluateCommand {
  if (operands.length === 0 && !takesPiped) {
    return (run) => run.badArgument(`${name} takes at least 1 argument, not 0`, at);
  }
  const args = operands.map((operand) => compile(operand, allowsMissing));
  const decides = name === 'or';
  return (run, dot, piped) => {
    run.spend(1);
    let value = piped;
    for (const argument of args) {
      value = argument(run, dot);
      run.surface(value);
      if (isTrue(value) === decides) return value;
    }
    if (!takesPiped) return value;
    run.surface(piped);
    return piped;
  };
}
