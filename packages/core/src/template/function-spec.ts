import type { GoTime } from './time/go-time.js';
import type { Run } from './run.js';
import type { Value, ValueMap } from './value.js';

/** Go types of parameters, and what a function gets for them. */
export interface ParameterValues {
  any: Value;
  string: string;
  int: number;
  float64: number;
  bool: boolean;
  map: ValueMap | null;
  time: GoTime;
}

export type ParameterType = keyof ParameterValues;

/** How far a function looks into its arguments: decides when an opaque value makes the evaluation late. */
export type Sight = 'nothing' | 'surface' | 'inside';

export interface FunctionOptions {
  readonly sees?: Sight;
  /** Its arguments may be paths that do not exist (D-13). */
  readonly acceptsMissing?: boolean;
  /** Changes a map that it is given. */
  readonly mutates?: boolean;
}

export interface FunctionSpec extends FunctionOptions {
  readonly parameters: readonly ParameterType[];
  /** Type of any further arguments. */
  readonly rest: ParameterType | undefined;
  readonly sees: Sight;
  /** Gets its arguments as `parameters` say; any further ones as one list. */
  readonly call: (run: Run, ...args: readonly unknown[]) => Value;
}

export type FunctionTable = Readonly<Record<string, FunctionSpec>>;

type Arguments<P extends readonly ParameterType[]> = { [K in keyof P]: ParameterValues[P[K]] };

/** A function of fixed arity. */
export function fixed<const P extends readonly ParameterType[]>(
  parameters: P,
  call: (run: Run, ...args: Arguments<P>) => Value,
  options: FunctionOptions = {},
): FunctionSpec {
  return { sees: 'inside', ...options, parameters, rest: undefined, call: call as unknown as FunctionSpec['call'] };
}

/** A function that takes any number of further arguments, as one list. */
export function variadic<const P extends readonly ParameterType[], R extends ParameterType>(
  parameters: P,
  rest: R,
  call: (run: Run, ...args: [...Arguments<P>, readonly ParameterValues[R][]]) => Value,
  options: FunctionOptions = {},
): FunctionSpec {
  return { sees: 'inside', ...options, parameters, rest, call: call as unknown as FunctionSpec['call'] };
}
