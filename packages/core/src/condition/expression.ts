import type { CelFunction } from './functions/cel-function.js';
import type { CelValue } from './value.js';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type OrderOperator = '<' | '<=' | '>' | '>=';
export type BinaryOperator = ArithmeticOperator | OrderOperator | '==' | '!=' | 'in';

/** What a condition is made of. `at` is an offset in the source: where the reader should look. */
export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: CelValue }
  /** A variable of the context, or the name of a type. */
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  /** A variable of a macro. */
  | { readonly kind: 'local'; readonly at: number; readonly name: string; readonly slot: number }
  | SelectExpression
  | { readonly kind: 'index'; readonly at: number; readonly base: Expression; readonly key: Expression }
  | { readonly kind: 'has'; readonly at: number; readonly member: SelectExpression }
  | { readonly kind: 'not' | 'negate'; readonly at: number; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** All sides are tried: an error of one does not matter when another decides. */
  | { readonly kind: 'and' | 'or'; readonly at: number; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'choose';
      readonly at: number;
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly (readonly [Expression, Expression])[] }
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly name: string;
      readonly implementation: CelFunction;
      readonly args: readonly Expression[];
    }
  | Comprehension
  | {
      readonly kind: 'bind';
      readonly at: number;
      readonly slot: number;
      readonly value: Expression;
      readonly body: Expression;
    };

export interface SelectExpression {
  readonly kind: 'select';
  readonly at: number;
  readonly base: Expression;
  readonly key: string;
}

export type Macro = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** A macro that walks over a list, or over the keys of a map. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly macro: Macro;
  readonly slot: number;
  readonly range: Expression;
  /** Missing for a `map` that takes every element. */
  readonly predicate: Expression | undefined;
  /** Only of a `map`. */
  readonly transform: Expression | undefined;
}

/** How the reader wrote it, as far as it is a chain of names and constant keys. */
export function pathText(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'name':
    case 'local':
      return expression.name;
    case 'select': {
      const base = pathText(expression.base);
      return base === undefined ? undefined : `${base}.${expression.key}`;
    }
    case 'index': {
      const base = pathText(expression.base);
      const { key } = expression;
      if (base === undefined || key.kind !== 'literal') return undefined;
      if (typeof key.value === 'bigint') return `${base}[${key.value}]`;
      return typeof key.value === 'string' ? `${base}[${JSON.stringify(key.value)}]` : undefined;
    }
    default:
      return undefined;
  }
}
