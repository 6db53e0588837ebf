import type { Command, Definition, Expression, Pipeline, Statement } from './ast.js';
import { FUNCTION_TABLE } from './functions/function-table.js';
import { positionOf } from './template-error.js';
import type { Template } from './template.js';

/** A place where a template reads from its context. */
export interface TemplateReference {
  /** Keys from the root of the context; empty for the context itself. */
  readonly path: readonly string[];
  /** 1-based, in the source of the template. */
  readonly line: number;
  readonly column: number;
  /** Nothing fails when the path does not exist: it stands in `default`, `coalesce`, `hasKey`, `empty`, `if` and such. */
  readonly guarded: boolean;
  /** More may be read than `path` says: the context is used whole, or a key is computed. */
  readonly dynamic: boolean;
}

/** What is known of a value before it exists: where in the context it comes from, if from there. */
type Origin = readonly (readonly string[])[];

const ROOT: Origin = [[]];
const UNKNOWN: Origin = [];
/** A variable that may hold more than this is not followed. */
const MAX_ORIGINS = 8;
const MAX_CALLS = 20;
const LOGIC: ReadonlySet<string> = new Set(['and', 'or', 'not']);

const known = new WeakMap<Template, readonly TemplateReference[]>();

/** Where a template reads from its context, as far as that can be said without evaluating it; in source order. */
export function templateReferences(template: Template): readonly TemplateReference[] {
  let references = known.get(template);
  if (references === undefined) {
    references = new Collector(template).collect();
    known.set(template, references);
  }
  return references;
}

class Collector {
  readonly template: Template;
  readonly found = new Map<string, { path: readonly string[]; at: number; guarded: boolean; dynamic: boolean }>();
  slots: Origin[] = [];
  readonly callStack: string[] = [];
  dot: Origin = ROOT;

  constructor(template: Template) {
    this.template = template;
  }

  collect(): readonly TemplateReference[] {
    this.definition(this.template.syntax.main, ROOT);
    return [...this.found.values()]
      .toSorted((a, b) => a.at - b.at)
      .map(({ path, at, guarded, dynamic }) => ({ path, ...positionOf(this.template.source, at), guarded, dynamic }));
  }

  private definition(definition: Definition, dot: Origin): void {
    const { slots, dot: outer } = this;
    this.slots = Array.from({ length: definition.slots }, () => UNKNOWN);
    this.slots[0] = dot;
    this.dot = dot;
    this.statements(definition.body);
    this.slots = slots;
    this.dot = outer;
  }

  private statements(body: readonly Statement[]): void {
    for (const statement of body) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'action':
        if (statement.pipeline.targets.length > 0) this.followed(statement.pipeline);
        else this.pipeline(statement.pipeline, false);
        return;
      case 'if':
        this.pipeline(statement.pipeline, true);
        this.branches(statement.body, statement.otherwise, this.dot);
        return;
      case 'with':
        this.branches(statement.body, statement.otherwise, this.followed(statement.pipeline));
        return;
      case 'range': {
        this.pipeline(statement.pipeline, false);
        for (const { slot } of statement.pipeline.targets) if (slot >= 0) this.slots[slot] = UNKNOWN;
        // What an iteration assigns is seen by the next one.
        this.branches(statement.body, undefined, UNKNOWN);
        this.branches(statement.body, statement.otherwise, UNKNOWN);
        return;
      }
      case 'template':
        this.call(statement.name, statement.pipeline === undefined ? UNKNOWN : this.followed(statement.pipeline));
        return;
      default:
    }
  }

  private branches(body: readonly Statement[], otherwise: readonly Statement[] | undefined, dot: Origin): void {
    const outer = this.dot;
    const before = [...this.slots];
    this.dot = dot;
    this.statements(body);
    this.dot = outer;
    const after = this.slots;
    this.slots = before;
    if (otherwise !== undefined) this.statements(otherwise);
    this.slots = this.slots.map((origin, slot) => joined(origin, after[slot] ?? UNKNOWN));
  }

  private call(name: string, dot: Origin): void {
    const definition = this.template.syntax.definitions.get(name);
    const call = JSON.stringify([name, dot]);
    if (definition === undefined || this.callStack.includes(call) || this.callStack.length >= MAX_CALLS) return;
    this.callStack.push(call);
    this.definition(definition, dot);
    this.callStack.pop();
  }

  /** A pipeline whose value gets a name or becomes the dot: the context as such is not read by that. */
  private followed(pipeline: Pipeline): Origin {
    const [command] = pipeline.commands;
    const [operand] = command!.operands;
    const alone = pipeline.commands.length === 1 && command!.operands.length === 1;
    let origin: Origin;
    if (alone && operand.kind === 'dot') origin = this.dot;
    else if (alone && operand.kind === 'variable' && operand.path.length === 0)
      origin = this.slots[operand.slot] ?? UNKNOWN;
    else return this.pipeline(pipeline, false);
    for (const { slot } of pipeline.targets) if (slot >= 0) this.slots[slot] = origin;
    return origin;
  }

  private pipeline(pipeline: Pipeline, guarded: boolean): Origin {
    let origin: Origin = UNKNOWN;
    for (const [index, command] of pipeline.commands.entries()) {
      origin = this.command(command, origin, guardedAt(pipeline.commands, index, guarded));
    }
    for (const { slot } of pipeline.targets) if (slot >= 0) this.slots[slot] = origin;
    return origin;
  }

  private command(command: Command, piped: Origin, guarded: boolean): Origin {
    const [first, ...operands] = command.operands;
    if (first.kind !== 'function') {
      for (const operand of operands) this.expression(operand, false);
      return this.expression(first, guarded);
    }
    const { name } = first;
    if (name === 'index') return this.indexed(operands[0], operands.slice(1), first.at, guarded, guarded);
    if (name === 'get' && operands.length === 2)
      return this.indexed(operands[0], operands.slice(1), first.at, guarded, true);
    const accepts = FUNCTION_TABLE[name]?.acceptsMissing === true || (guarded && LOGIC.has(name));
    const origins = operands.map((operand) => this.expression(operand, accepts));
    // These give one of their arguments.
    if (name === 'default' || name === 'coalesce' || LOGIC.has(name))
      return [...origins, piped].reduce(joined, UNKNOWN);
    return UNKNOWN;
  }

  /** `index .a "b" "c"` is `.a.b.c`. */
  private indexed(
    base: Expression | undefined,
    keys: readonly Expression[],
    at: number,
    baseGuarded: boolean,
    guarded: boolean,
  ): Origin {
    if (base === undefined) return UNKNOWN;
    let origin = this.expression(base, baseGuarded);
    for (const key of keys) {
      if (key.kind === 'string') origin = this.member(origin, [key.value], at, guarded);
      else {
        this.expression(key, false);
        for (const path of origin) this.report(path, base.at, baseGuarded, key.kind !== 'number');
        return UNKNOWN;
      }
    }
    return origin;
  }

  private expression(expression: Expression, guarded: boolean): Origin {
    switch (expression.kind) {
      case 'dot':
        return this.use(this.dot, expression.at, guarded);
      case 'field':
        return this.member(this.dot, expression.path, expression.at, guarded);
      case 'variable': {
        const origin = expression.slot < 0 ? UNKNOWN : (this.slots[expression.slot] ?? UNKNOWN);
        if (expression.path.length === 0) return this.use(origin, expression.at, guarded);
        return this.member(origin, expression.path, expression.at, guarded);
      }
      case 'chain':
        return this.member(this.expression(expression.base, guarded), expression.path, expression.at, guarded);
      case 'function':
        return this.command({ at: expression.at, operands: [expression] }, UNKNOWN, guarded);
      case 'pipeline':
        return this.pipeline(expression, guarded);
      default:
        return UNKNOWN;
    }
  }

  private member(origin: Origin, path: readonly string[], at: number, guarded: boolean): Origin {
    const members = origin.map((base) => [...base, ...path]);
    // With several origins, none is sure to be the one that is read.
    for (const member of members) this.report(member, at, guarded || members.length > 1, false);
    return members;
  }

  /** A value that is used as it is. Any but the context itself was reported where it was read. */
  private use(origin: Origin, at: number, guarded: boolean): Origin {
    for (const path of origin) if (path.length === 0) this.report([], at, guarded, true);
    return origin;
  }

  private report(path: readonly string[], at: number, guarded: boolean, dynamic: boolean): void {
    const key = JSON.stringify([path, at]);
    const before = this.found.get(key);
    this.found.set(key, {
      path,
      at,
      guarded: guarded && before?.guarded !== false,
      dynamic: dynamic || before?.dynamic === true,
    });
  }
}

function guardedAt(commands: readonly Command[], index: number, guarded: boolean): boolean {
  const next = commands[index + 1]?.operands[0];
  if (next === undefined) return guarded;
  if (next.kind !== 'function') return false;
  return LOGIC.has(next.name)
    ? guardedAt(commands, index + 1, guarded)
    : FUNCTION_TABLE[next.name]?.acceptsMissing === true;
}

function joined(a: Origin, b: Origin): Origin {
  const all = new Map([...a, ...b].map((path) => [JSON.stringify(path), path]));
  return all.size > MAX_ORIGINS ? UNKNOWN : [...all.values()];
}
