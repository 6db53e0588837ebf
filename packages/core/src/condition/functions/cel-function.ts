import type { Evaluation } from '../evaluation.js';
import type { CelValue } from '../value.js';

/** A function of the language. A member function has the value before its dot as first argument. */
export interface CelFunction {
  /** How it is called, for a message: `text.split(separator, limit?)`. */
  readonly usage: string;
  /** Arguments in parentheses. */
  readonly arity: readonly [min: number, max: number];
  /** @throws Problem when the arguments do not fit */
  call(run: Evaluation, ...args: readonly CelValue[]): CelValue;
}

export type CelFunctions = Readonly<Record<string, CelFunction>>;
