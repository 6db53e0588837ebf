import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { conditionError } from './condition-error.js';
import type { Expression } from './expression.js';
import { Translation } from './translation.js';

/** The structure of an expression; evaluating it is bounded by steps. */
const LIMITS = {
  maxAstNodes: 4_000,
  maxDepth: 100,
  maxListElements: 1_000,
  maxMapEntries: 1_000,
  maxCallArguments: 32,
};
const MAX_SOURCE = 256 * 1024;

// Only its parser is used: this module's own evaluation counts steps, reads the context lazily and explains itself.
const environment = new Environment({ unlistedVariablesAreDyn: true, limits: LIMITS });

/** @throws `Condition.Invalid` with the position of the mistake */
export function parseExpression(source: string): Expression {
  if (source.trim() === '') throw conditionError(source, 0, 'The condition is empty: expected an expression');
  if (source.length > MAX_SOURCE)
    throw conditionError(source, 0, `The condition has more than ${MAX_SOURCE} characters`);
  let ast: ASTNode;
  try {
    ({ ast } = environment.parse(source));
  } catch (error) {
    if (error instanceof RangeError) throw conditionError(source, 0, 'The condition nests too deeply');
    if (!(error instanceof ParseError)) throw error;
    throw conditionError(source, error.range?.start ?? 0, explain(source, error), undefined, error);
  }
  return new Translation(source).translate(ast);
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end of the condition',
  NUMBER: 'a number',
  STRING: 'a string',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  PLUS: '"+"',
  MINUS: '"-"',
  MULTIPLY: '"*"',
  DIVIDE: '"/"',
  MODULO: '"%"',
  EQ: '"=="',
  NE: '"!="',
  LT: '"<"',
  LE: '"<="',
  GT: '">"',
  GE: '">="',
  AND: '"&&"',
  OR: '"||"',
  NOT: '"!"',
  IN: '"in"',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  BYTES: 'bytes',
};
const WORDS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' };

/** The parser's message in the words of who writes conditions. */
function explain(source: string, error: ParseError): string {
  const { summary, range } = error;
  const start = range?.start ?? 0;
  const expected = /^Expected (\w+), got (\w+)$/.exec(summary);
  const word = /^[A-Za-z]+/.exec(source.slice(start))?.[0] ?? '';
  if (source.includes('{{'))
    return 'A condition is CEL, not a template: write tasks.x.output.y, without braces and first dot';
  const hint = WORDS[word.toLowerCase()];
  if (hint !== undefined) return `Expected an operator, found "${word}": write ${hint}`;
  if (expected !== null)
    return `Expected ${TOKENS[expected[1]!] ?? expected[1]}, found ${TOKENS[expected[2]!] ?? expected[2]}`;
  const unexpected = /^Unexpected token: (\w+)$/.exec(summary);
  if (unexpected !== null) return `Expected a value, found ${TOKENS[unexpected[1]!] ?? unexpected[1]}`;
  if (error.code === 'unexpected_character') {
    const character = source[start] ?? '';
    if ('=&|'.includes(character) && character !== '') {
      return `Expected "${character}${character}", found a single "${character}"`;
    }
    if (source.slice(start, start + 2) === '{{')
      return 'A condition is CEL, not a template: write tasks.x.output.y without braces';
    return word === ''
      ? `Expected an operator, found "${character}"`
      : `Expected an operator or the end, found "${word}"`;
  }
  if (error.code === 'limit_exceeded') return `The condition is too large: ${summary}`;
  return summary;
}
