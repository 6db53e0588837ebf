import { positionOf } from '../template/template-error.js';
import type { Condition } from './condition.js';
import type { Expression } from './expression.js';
import { TYPES } from './value.js';

/** A place where a condition reads from its context; the same shape as a reference of a template. */
export interface ConditionReference {
  /** Keys from the root of the context. */
  readonly path: readonly string[];
  /** 1-based, in the source of the condition. */
  readonly line: number;
  readonly column: number;
  /** Nothing fails when the path does not exist: it stands in `has()`, or where a `has()` of it was asked before. */
  readonly guarded: boolean;
  /** More may be read than `path` says: a key is computed, or all keys are walked over. */
  readonly dynamic: boolean;
}

type Path = readonly string[];

const known = new WeakMap<Condition, readonly ConditionReference[]>();

/** Where a condition reads from its context, as far as that can be said without evaluating it; in source order. */
export function conditionReferences(condition: Condition): readonly ConditionReference[] {
  let references = known.get(condition);
  if (references === undefined) {
    references = new Collector(condition.source).collect(condition.expression);
    known.set(condition, references);
  }
  return references;
}

class Collector {
  readonly #source: string;
  readonly #found: { path: Path; at: number; guarded: boolean; dynamic: boolean }[] = [];
  /** Where the variables of `cel.bind` come from; those of other macros are not followed. */
  readonly #origins = new Map<number, Path | undefined>();
  #guards: readonly Path[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  collect(expression: Expression): readonly ConditionReference[] {
    this.#visit(expression);
    return this.#found
      .toSorted((a, b) => a.at - b.at)
      .map(({ path, at, guarded, dynamic }) => ({ path, ...positionOf(this.#source, at), guarded, dynamic }));
  }

  /** Reports what is read; gives the path that the value of `node` has in the context, if it has one. */
  #visit(node: Expression): Path | undefined {
    const path = this.#pathOf(node);
    if (path !== undefined) {
      if (node.kind !== 'local') this.#report(path, startOf(node), false, false);
      return path;
    }
    switch (node.kind) {
      case 'select':
        this.#visit(node.base);
        return undefined;
      case 'index': {
        const base = this.#pathOf(node.base);
        const isPosition = node.key.kind === 'literal' && typeof node.key.value === 'bigint';
        if (base === undefined) this.#visit(node.base);
        else this.#report(base, startOf(node.base), false, !isPosition);
        this.#visit(node.key);
        return undefined;
      }
      case 'has': {
        const member = this.#pathOf(node.member);
        this.#visit(node.member.base);
        if (member !== undefined) this.#report(member, startOf(node.member), true, false);
        return undefined;
      }
      case 'not':
      case 'negate':
        this.#visit(node.operand);
        return undefined;
      case 'and':
      case 'or':
        this.#chain(node.operands);
        return undefined;
      case 'choose':
        this.#visit(node.condition);
        this.#guarded(this.#asked(node.condition), [node.whenTrue, node.whenFalse]);
        return undefined;
      case 'binary':
        this.#visit(node.left);
        this.#visit(node.right);
        return undefined;
      case 'list':
        for (const item of node.items) this.#visit(item);
        return undefined;
      case 'map':
        for (const entry of node.entries) for (const part of entry) this.#visit(part);
        return undefined;
      case 'call':
        for (const argument of node.args) this.#visit(argument);
        return undefined;
      case 'comprehension':
        this.#visit(node.range);
        this.#origins.set(node.slot, undefined);
        if (node.predicate !== undefined) this.#visit(node.predicate);
        if (node.transform !== undefined) this.#visit(node.transform);
        return undefined;
      case 'bind':
        this.#origins.set(node.slot, this.#visit(node.value));
        return this.#visit(node.body);
      default:
        return undefined;
    }
  }

  #pathOf(node: Expression): Path | undefined {
    switch (node.kind) {
      case 'name':
        return TYPES.has(node.name) ? undefined : [node.name];
      case 'local':
        return this.#origins.get(node.slot);
      case 'select': {
        const base = this.#pathOf(node.base);
        return base === undefined ? undefined : [...base, node.key];
      }
      case 'index': {
        if (node.key.kind !== 'literal' || typeof node.key.value !== 'string') return undefined;
        const base = this.#pathOf(node.base);
        return base === undefined ? undefined : [...base, node.key.value];
      }
      default:
        return undefined;
    }
  }

  /** What was asked on the left guards what stands to its right. */
  #chain(operands: readonly Expression[]): void {
    const outer = this.#guards;
    for (const operand of operands) {
      this.#visit(operand);
      this.#guards = [...this.#guards, ...this.#asked(operand)];
    }
    this.#guards = outer;
  }

  #guarded(asked: readonly Path[], nodes: readonly Expression[]): void {
    const outer = this.#guards;
    this.#guards = [...outer, ...asked];
    for (const node of nodes) this.#visit(node);
    this.#guards = outer;
  }

  /** Paths that `node` asks for with has() or `in`. */
  #asked(node: Expression): readonly Path[] {
    switch (node.kind) {
      case 'has': {
        const path = this.#pathOf(node.member);
        return path === undefined ? [] : [path];
      }
      case 'not':
        return this.#asked(node.operand);
      case 'and':
      case 'or':
        return node.operands.flatMap((operand) => this.#asked(operand));
      case 'binary': {
        if (node.operator !== 'in' || node.left.kind !== 'literal' || typeof node.left.value !== 'string') return [];
        const base = this.#pathOf(node.right);
        return base === undefined ? [] : [[...base, node.left.value]];
      }
      default:
        return [];
    }
  }

  #report(path: Path, at: number, guarded: boolean, dynamic: boolean): void {
    const isAsked = guarded || this.#guards.some((guard) => guard.every((key, i) => path[i] === key));
    this.#found.push({ path, at, guarded: isAsked, dynamic });
  }
}

/** Where the chain begins that `node` ends. */
function startOf(node: Expression): number {
  return node.kind === 'select' || node.kind === 'index' ? startOf(node.base) : node.at;
}
