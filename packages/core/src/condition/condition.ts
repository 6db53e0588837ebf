import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { templateError } from '../template/template-error.js';
import { conditionError } from './condition-error.js';
import { evaluateExpression } from './evaluate-expression.js';
import { Evaluation, type ConditionHost } from './evaluation.js';
import type { Expression } from './expression.js';
import { parseExpression } from './parse-expression.js';
import { Problem } from './problem.js';
import { toJson } from './to-json.js';

/** A parsed CEL expression (D-17): immutable, and good for any number of evaluations. Opaque to callers. */
export class Condition {
  readonly source: string;
  /** @internal */
  readonly expression: Expression;

  /** @internal Use {@link parseCondition}. */
  constructor(source: string) {
    this.source = source;
    this.expression = parseExpression(source);
  }
}

// Two generations instead of a strict order of use, as for templates: a hit costs one look-up.
const CACHED_CONDITIONS = 500;
const CACHED_CHARACTERS = 1_000_000;
let young = new Map<string, Condition>();
let old = new Map<string, Condition>();
let youngCharacters = 0;

/**
 * The condition that `source` holds. Parsed once per process as long as it stays in use.
 *
 * @throws `Condition.Invalid` with line and column (1-based) in the source, and what was expected there
 */
export function parseCondition(source: string): Condition {
  const known = young.get(source);
  if (known !== undefined) return known;
  const condition = old.get(source) ?? new Condition(source);
  if (young.size >= CACHED_CONDITIONS || youngCharacters > CACHED_CHARACTERS) {
    old = young;
    young = new Map();
    youngCharacters = 0;
  }
  young.set(source, condition);
  youngCharacters += source.length;
  return condition;
}

/**
 * The value of a condition over `data`, of which only what the expression refers to is read. Whole numbers are integers
 * that also compare and calculate with doubles. In the result an integer past 2^53 is a decimal text, a time is RFC 3339,
 * a duration is seconds (`90s`) and bytes are base 64.
 *
 * @throws `Condition.Invalid` with `path` and the keys that are `available` for a missing field; `Template.TooExpensive`;
 * TemplateLateError when an opaque value would have to be read
 */
export function evaluateCondition(condition: Condition, data: JsonObject, host: ConditionHost = {}): Json {
  const { source, expression } = condition;
  const run = new Evaluation(source, data, host);
  try {
    const value = evaluateExpression(run, expression);
    run.at = expression.at;
    return toJson(run, value);
  } catch (error) {
    if (error instanceof Problem) {
      const { message, details } = error.describe();
      throw conditionError(source, error.at, message, details);
    }
    // V8 says so when a stack or a text grows past what it can hold.
    if (error instanceof RangeError && !CompozyError.isInstance(error)) {
      throw templateError('Template.TooExpensive', 'The condition needs too much memory', source, run.at);
    }
    throw error;
  }
}
