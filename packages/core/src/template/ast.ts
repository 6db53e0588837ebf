/** A parsed template. `at` is the offset in the source, for error messages. */

export interface NumberLiteral {
  readonly kind: 'number';
  readonly at: number;
  readonly text: string;
  /** Present when the literal is a whole number in the range of int64, however it is written. */
  readonly int?: number | bigint;
  /** Present for whole numbers past int64. */
  readonly tooLarge?: boolean;
  readonly float: number;
  /** Written as a float (`1.0`, `1e3`): a `float64` where any type will do. */
  readonly writtenAsFloat: boolean;
}

export type Expression =
  | { readonly kind: 'dot'; readonly at: number }
  | { readonly kind: 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | NumberLiteral
  | { readonly kind: 'string'; readonly at: number; readonly value: string }
  /** `.a.b` */
  | { readonly kind: 'field'; readonly at: number; readonly path: readonly string[] }
  /** `$x.a.b`; slot 0 is `$`. */
  | {
      readonly kind: 'variable';
      readonly at: number;
      readonly name: string;
      readonly slot: number;
      readonly path: readonly string[];
    }
  /** `(…).a.b` */
  | { readonly kind: 'chain'; readonly at: number; readonly base: Expression; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly at: number; readonly name: string }
  | Pipeline;

/** An operand and its arguments. */
export interface Command {
  readonly at: number;
  readonly operands: readonly [Expression, ...Expression[]];
}

export interface VariableTarget {
  readonly name: string;
  /** -1 for an assignment to a variable that was never declared: an error when it is reached. */
  readonly slot: number;
}

export interface Pipeline {
  readonly kind: 'pipeline';
  readonly at: number;
  readonly targets: readonly VariableTarget[];
  readonly commands: readonly Command[];
}

export type Statement =
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly at: number;
      readonly pipeline: Pipeline;
      readonly body: readonly Statement[];
      readonly otherwise?: readonly Statement[];
    }
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipeline?: Pipeline }
  | { readonly kind: 'break' | 'continue'; readonly at: number };

/** The body of the template itself or of a `define`. */
export interface Definition {
  readonly body: readonly Statement[];
  /** How many variables it needs, `$` included. */
  readonly slots: number;
}

export interface Syntax {
  readonly main: Definition;
  readonly definitions: ReadonlyMap<string, Definition>;
}
