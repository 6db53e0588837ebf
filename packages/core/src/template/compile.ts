import type { Definition, Statement, Syntax } from './ast.js';
import type { Evaluate } from './compile-call.js';
import { ExpressionCompiler, onlyKey } from './compile-expression.js';
import type { FunctionTable } from './function-spec.js';
import { shownText } from './format/write-value.js';
import { FREE_LENGTH, type Run } from './run.js';
import { memberOfAny } from './read-path.js';
import {
  isList,
  isMap,
  isTrue,
  memberOf,
  numberOf,
  sortedKeys,
  toInt,
  typeOf,
  type Value,
  BoxedNumber,
} from './value.js';

/** What made a list of statements end: its end, {{break}} or {{continue}}. */
type Flow = 0 | 1 | 2;
const DONE = 0;
const BREAK = 1;
const CONTINUE = 2;

type Execute = (run: Run, dot: Value) => Flow;

export interface Program {
  readonly slots: number;
  readonly execute: (run: Run, dot: Value) => unknown;
}

/** Makes closures of a template: evaluation does not look at the syntax again. */
export function compileProgram(syntax: Syntax, functions: FunctionTable): Program {
  return new Compiler(syntax, functions).program(syntax.main);
}

/** A statement that only adds to the output. */
type Shown = Extract<Statement, { kind: 'text' | 'action' }>;

function isShown(statement: Statement): statement is Shown {
  return statement.kind === 'text' || (statement.kind === 'action' && statement.pipeline.targets.length === 0);
}

class Compiler {
  readonly syntax: Syntax;
  readonly expressions: ExpressionCompiler;
  readonly programs = new Map<string, Program>();

  constructor(syntax: Syntax, functions: FunctionTable) {
    this.syntax = syntax;
    this.expressions = new ExpressionCompiler(functions);
  }

  program(definition: Definition): Program {
    return { slots: definition.slots, execute: this.statements(definition.body) };
  }

  private statements(body: readonly Statement[]): Execute {
    const steps: Execute[] = [];
    let shown: Shown[] = [];
    for (const statement of body) {
      if (isShown(statement)) shown.push(statement);
      else {
        if (shown.length > 0) steps.push(this.output(shown));
        shown = [];
        steps.push(this.statement(statement));
      }
    }
    if (shown.length > 0) steps.push(this.output(shown));
    const [only] = steps;
    if (steps.length === 0) return () => DONE;
    if (steps.length === 1) return only!;
    return (run, dot) => {
      for (const step of steps) {
        const flow = step(run, dot);
        if (flow !== DONE) return flow;
      }
      return DONE;
    };
  }

  private statement(statement: Exclude<Statement, { kind: 'text' }>): Execute {
    switch (statement.kind) {
      case 'action':
        return this.assignment(statement);
      case 'if':
        return this.condition(statement);
      case 'with':
        return this.with(statement);
      case 'range':
        return this.range(statement);
      case 'template':
        return this.template(statement);
      case 'break':
        return () => BREAK;
      case 'continue':
        return () => CONTINUE;
    }
  }

  /** Texts and values in a row: put together first, since a long output grows at a price. */
  private output(statements: readonly Shown[]): Execute {
    const parts = statements.map((statement) => (statement.kind === 'text' ? statement.text : this.value(statement)));
    const [only] = parts;
    if (parts.length === 1) {
      return (run, dot) => {
        run.write(typeof only === 'string' ? only : only!(run, dot));
        return DONE;
      };
    }
    return (run, dot) => {
      let pending = '';
      let { room } = run;
      for (let i = 0; i < parts.length; i += 1) {
        const part = parts[i]!;
        const text = typeof part === 'string' ? part : part(run, dot);
        const { length } = text;
        if (length <= room && length <= FREE_LENGTH) {
          pending += text;
          room -= length;
        } else {
          run.out += pending;
          pending = '';
          run.write(text);
          room = run.room;
        }
      }
      run.out += pending;
      return DONE;
    };
  }

  private value({ pipeline, at }: Extract<Statement, { kind: 'action' }>): (run: Run, dot: Value) => string {
    const evaluate = this.expressions.pipeline(pipeline, false);
    // Saves a call where it is the most frequent; what is missing is for the expression to judge.
    const key = onlyKey(pipeline);
    return (run, dot) => {
      run.spend(1);
      const value = (key === undefined ? undefined : memberOfAny(run, dot, key)) ?? evaluate(run, dot);
      if (typeof value === 'string') return value;
      run.at = at;
      if (typeof value === 'object') run.inside(value);
      return shownText(run, value);
    };
  }

  private assignment({ pipeline }: Extract<Statement, { kind: 'action' }>): Execute {
    const evaluate = this.expressions.pipeline(pipeline, false);
    return (run, dot) => {
      run.spend(1);
      evaluate(run, dot);
      return DONE;
    };
  }

  private condition(statement: Extract<Statement, { kind: 'if' | 'with' | 'range' }>): Execute {
    const test = this.expressions.pipeline(statement.pipeline, true);
    const then = this.statements(statement.body);
    const otherwise = this.statements(statement.otherwise ?? []);
    return (run, dot) => {
      run.spend(1);
      const value = test(run, dot);
      run.surface(value);
      return isTrue(value) ? then(run, dot) : otherwise(run, dot);
    };
  }

  private with(statement: Extract<Statement, { kind: 'if' | 'with' | 'range' }>): Execute {
    const evaluate = this.expressions.pipeline(statement.pipeline, false);
    const body = this.statements(statement.body);
    const otherwise = this.statements(statement.otherwise ?? []);
    return (run, dot) => {
      run.spend(1);
      const value = evaluate(run, dot);
      run.surface(value);
      return isTrue(value) ? body(run, value) : otherwise(run, dot);
    };
  }

  private range(statement: Extract<Statement, { kind: 'if' | 'with' | 'range' }>): Execute {
    const evaluate = this.expressions.pipeline(statement.pipeline, false);
    const body = this.statements(statement.body);
    const otherwise = this.statements(statement.otherwise ?? []);
    const slots = statement.pipeline.targets.map((target) => target.slot);
    const { at } = statement;
    const [first, second] = slots;

    const iterate = (run: Run, key: Value, element: Value): Flow => {
      run.spend(1);
      if (second !== undefined) {
        run.slots[first!] = key;
        run.slots[second] = element;
      } else if (first !== undefined) run.slots[first] = element;
      return body(run, element);
    };

    // As in Go: a {{break}} after {{else}} ends this range, a {{continue}} goes on with the one around it.
    const none: Execute = (run, dot) => (otherwise(run, dot) === CONTINUE ? CONTINUE : DONE);

    return (run, dot) => {
      run.spend(1);
      const value = evaluate(run, dot);
      run.surface(value);
      if (isList(value)) {
        if (value.length === 0) return none(run, dot);
        for (let i = 0; i < value.length; i += 1) if (iterate(run, i, value[i] ?? null) === BREAK) break;
        return DONE;
      }
      if (isMap(value)) {
        const keys = sortedKeys(value);
        run.spend(keys.length);
        if (keys.length === 0) return none(run, dot);
        // As they are now: the body may change the map.
        const members = keys.map((key) => memberOf(value, key) ?? null);
        for (const [index, key] of keys.entries()) if (iterate(run, key, members[index] ?? null) === BREAK) break;
        return DONE;
      }
      if (value === null) return none(run, dot);
      const count = countOf(value);
      if (count === undefined) return run.badArgument(`A range cannot go over a value of type ${typeOf(value)}`, at);
      if (slots.length > 1) return run.badArgument('A range over a number sets one variable', at);
      if (count <= 0) return none(run, dot);
      for (let i = 0; i < count; i += 1) {
        const element = value instanceof BoxedNumber ? toInt(i, value.type === 'float64' ? 'int' : value.type) : i;
        if (iterate(run, element, element) === BREAK) break;
      }
      return DONE;
    };
  }

  private template({ name, at, pipeline }: Extract<Statement, { kind: 'template' }>): Execute {
    const argument: Evaluate = pipeline === undefined ? () => null : this.expressions.pipeline(pipeline, false);
    const definition = this.syntax.definitions.get(name);
    if (definition === undefined) {
      return (run) => run.badArgument(`The template "${name}" is not defined`, at);
    }
    return (run, dot) => {
      run.spend(1);
      // Made at the first call, since a template may call itself.
      const program = this.named(name, definition);
      const value = argument(run, dot);
      run.at = at;
      run.depth += 1;
      if (run.depth > run.maxDepth) {
        run.tooExpensive('depth', run.maxDepth, `calls more than ${run.maxDepth} templates inside each other`);
      }
      const outer = run.slots;
      run.slots = Array.from({ length: program.slots }, () => null);
      run.slots[0] = value;
      program.execute(run, value);
      run.slots = outer;
      run.depth -= 1;
      return DONE;
    };
  }

  private named(name: string, definition: Definition): Program {
    let program = this.programs.get(name);
    if (program === undefined) {
      program = this.program(definition);
      this.programs.set(name, program);
    }
    return program;
  }
}

/** How often a range over a number iterates; undefined for what is no integer. */
function countOf(value: Value): number | undefined {
  const number = numberOf(value);
  if (number === undefined || typeOf(value) === 'float64') return undefined;
  return Number(number);
}
