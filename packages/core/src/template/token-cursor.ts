import { unquote } from './literals.js';
import { templateError } from './template-error.js';
import type { Token, TokenKind } from './tokens.js';

/** A place in the tokens of a template, and how to complain about it. */
export class TokenCursor {
  readonly source: string;
  readonly tokens: readonly Token[];
  at = 0;

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source;
    this.tokens = tokens;
  }

  peek(): Token {
    return this.tokens[this.at] ?? this.tokens.at(-1)!;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  /** The next token that is no blank. */
  peekSolid(): Token {
    while (this.peek().kind === 'space') this.at += 1;
    return this.peek();
  }

  nextSolid(): Token {
    this.peekSolid();
    return this.next();
  }

  expect(kind: TokenKind, context: string): void {
    const token = this.nextSolid();
    if (token.kind !== kind) this.unexpected(token, context);
  }

  keywordAfterOpen(): string | undefined {
    let at = this.at + 1;
    while (this.tokens[at]?.kind === 'space') at += 1;
    const token = this.tokens[at];
    return token?.kind === 'keyword' ? token.text : undefined;
  }

  /** What a text literal stands for. */
  text(token: Token): string {
    if (token.kind === 'raw-string') return token.text.slice(1, -1);
    return unquote(token.text) ?? this.fail(`The text has an escape that does not exist: ${token.text}`, token.at);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind === 'error') this.fail(token.text, token.at);
    const what = token.kind === 'end' ? 'the end of the template' : `"${token.text.slice(0, 40)}"`;
    this.fail(`Unexpected ${what} in ${context}`, token.at);
  }

  fail(message: string, at: number): never {
    throw templateError('Template.Syntax', message, this.source, at);
  }
}
