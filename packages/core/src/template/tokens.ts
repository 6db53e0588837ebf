export type TokenKind =
  | 'text'
  | 'open' // {{
  | 'close' // }}
  | 'space'
  | 'keyword'
  | 'identifier'
  | 'field' // .name
  | 'variable' // $name
  | 'dot'
  | 'nil'
  | 'bool'
  | 'number'
  | 'char'
  | 'string'
  | 'raw-string'
  | 'pipe'
  | 'declare' // :=
  | 'assign' // =
  | 'left-paren'
  | 'right-paren'
  | 'other' // any other printable character
  | 'end'
  /** What is wrong with the source at this place; the last token. */
  | 'error';

export interface Token {
  readonly kind: TokenKind;
  /** The source text; for a field without its dot. */
  readonly text: string;
  readonly at: number;
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);
const SPACE = ' \t\r\n';
const OPEN = '{{';
const CLOSE = '}}';

/** Thrown inside of this file only: the last token says what is wrong. */
const STOP = Symbol('stop');

/** Cuts a template into tokens: text, and what is inside of actions. Trim markers and comments are gone. */
export function tokenize(source: string): Token[] {
  const lexer = new Lexer(source);
  try {
    lexer.run();
  } catch (error) {
    // The parser may find something wrong before it comes to this.
    if (error !== STOP) throw error;
  }
  return lexer.tokens;
}

class Lexer {
  readonly source: string;
  readonly tokens: Token[] = [];
  at = 0;
  parens = 0;

  constructor(source: string) {
    this.source = source;
  }

  run(): void {
    let trimNext = false;
    while (this.at < this.source.length) {
      const open = this.source.indexOf(OPEN, this.at);
      const end = open === -1 ? this.source.length : open;
      const trimmed = open !== -1 && this.source[open + 2] === '-' && isSpace(this.source[open + 3]);
      let text = this.source.slice(this.at, end);
      let start = this.at;
      if (trimNext) {
        const before = text.length;
        text = text.replace(/^[ \t\r\n]+/, '');
        start += before - text.length;
      }
      if (trimmed) text = trimEnd(text);
      if (text !== '') this.push('text', text, start);
      if (open === -1) break;
      this.at = open + (trimmed ? 4 : 2);
      trimNext = this.source.startsWith('/*', this.at) ? this.comment(open) : this.action(open);
    }
    this.push('end', '', this.source.length);
  }

  /** Passes over a comment; true when it trims what follows. */
  private comment(open: number): boolean {
    const end = this.source.indexOf('*/', this.at + 2);
    if (end === -1) this.fail('The comment is not closed: "*/" is missing', open);
    this.at = end + 2;
    const trims = this.closesTrimming();
    if (!trims && !this.source.startsWith(CLOSE, this.at)) {
      this.fail('A comment has to fill its action: "}}" must follow "*/"', this.at);
    }
    this.at += trims ? 4 : 2;
    return trims;
  }

  /** Reads one action; true when it trims what follows. */
  private action(open: number): boolean {
    this.push('open', OPEN, open);
    this.parens = 0;
    for (;;) {
      const trims = this.closesTrimming();
      if (trims || this.source.startsWith(CLOSE, this.at)) {
        if (this.parens > 0) this.fail('A ")" is missing', this.at);
        this.push('close', CLOSE, this.at);
        this.at += trims ? 4 : 2;
        return trims;
      }
      if (this.at >= this.source.length) this.fail('The action is not closed: "}}" is missing', open);
      this.insideAction();
    }
  }

  private closesTrimming(): boolean {
    return (
      isSpace(this.source[this.at]) && this.source[this.at + 1] === '-' && this.source.startsWith(CLOSE, this.at + 2)
    );
  }

  private insideAction(): void {
    const { source, at } = this;
    const char = source[at]!;
    if (isSpace(char)) return this.space();
    switch (char) {
      case '=':
        return this.take('assign', 1);
      case ':':
        if (source[at + 1] !== '=') this.fail('Expected ":="', at);
        return this.take('declare', 2);
      case '|':
        return this.take('pipe', 1);
      case '"':
        return this.quoted('"', 'string', "The text is not closed: '\"' is missing");
      case '`':
        return this.rawString();
      case "'":
        return this.quoted("'", 'char', 'The character is not closed: "\'" is missing');
      case '$':
        return this.variable();
      case '.':
        if (!isDigit(source[at + 1]) || this.continuesPath()) return this.field();
        return this.number();
      case '(':
        this.parens += 1;
        return this.take('left-paren', 1);
      case ')':
        this.parens -= 1;
        if (this.parens < 0) this.fail('Unexpected ")"', at);
        return this.take('right-paren', 1);
    }
    if (char === '+' || char === '-' || isDigit(char)) return this.number();
    if (isWord(wordAt(source, at))) return this.identifier();
    if (char > ' ' && char <= '~') return this.take('other', 1);
    this.fail(`Unexpected character ${JSON.stringify(wordAt(source, at))}`, at);
  }

  private space(): void {
    const start = this.at;
    let end = start;
    while (isSpace(this.source[end])) {
      // The blank of a trim marker is not ours.
      if (this.source[end + 1] === '-' && this.source.startsWith(CLOSE, end + 2)) break;
      end += 1;
    }
    if (end > start) this.push('space', this.source.slice(start, end), start);
    this.at = end;
  }

  private quoted(quote: string, kind: 'string' | 'char', problem: string): void {
    const start = this.at;
    let end = start + 1;
    for (; this.source[end] !== quote; end += 1) {
      if (this.source[end] === '\\') end += 1;
      if (end >= this.source.length || this.source[end] === '\n') this.fail(problem, start);
    }
    this.take(kind, end + 1 - start);
  }

  private rawString(): void {
    const end = this.source.indexOf('`', this.at + 1);
    if (end === -1) this.fail('The text is not closed: "`" is missing', this.at);
    this.take('raw-string', end + 1 - this.at);
  }

  private variable(): void {
    const end = wordEnd(this.source, this.at + 1);
    this.terminated(end);
    this.take('variable', end - this.at);
  }

  /** D-14: a name after a dot may hold hyphens, and start with a digit where it continues a path. */
  private field(): void {
    const start = this.at + 1;
    let end = wordEnd(this.source, start);
    while (end > start && this.source[end] === '-' && /[-\p{L}\p{Nd}_]/u.test(wordAt(this.source, end + 1))) {
      end = wordEnd(this.source, end + 1);
    }
    this.terminated(end);
    if (end === start) return this.take('dot', 1);
    this.push('field', this.source.slice(start, end), this.at);
    this.at = end;
  }

  private continuesPath(): boolean {
    const kind = this.tokens.at(-1)?.kind;
    return kind === 'field' || kind === 'right-paren' || kind === 'variable';
  }

  private identifier(): void {
    const end = wordEnd(this.source, this.at);
    const word = this.source.slice(this.at, end);
    if (!this.isTerminator(end)) {
      const hint = this.source[end] === '-' ? ': names of functions have no hyphen' : '';
      this.fail(`Unexpected character ${JSON.stringify(wordAt(this.source, end))} after "${word}"${hint}`, end);
    }
    if (KEYWORDS.has(word)) return this.take('keyword', word.length);
    if (word === 'true' || word === 'false') return this.take('bool', word.length);
    this.take(word === 'nil' ? 'nil' : 'identifier', word.length);
  }

  private number(): void {
    const text = /^[+-]?(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*)/.exec(
      this.source.slice(this.at, this.at + 400),
    )![0];
    const hex = /^[+-]?0[xX]/.test(text);
    const rest = this.source.slice(this.at + text.length, this.at + text.length + 400);
    const fraction = (
      hex ? /^(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?i?/ : /^(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?i?/
    ).exec(rest)![0];
    const length = text.length + fraction.length;
    const next = wordAt(this.source, this.at + length);
    if (isWord(next)) this.fail(`Not a number: "${text}${fraction}${next}"`, this.at);
    this.take('number', length);
  }

  private terminated(end: number): void {
    if (this.isTerminator(end)) return;
    const name = this.source.slice(this.at, end);
    this.fail(`Unexpected character ${JSON.stringify(wordAt(this.source, end))} after "${name}"`, end);
  }

  private isTerminator(at: number): boolean {
    const next = this.source[at];
    return next === undefined || SPACE.includes(next) || '.,|:()'.includes(next) || this.source.startsWith(CLOSE, at);
  }

  private take(kind: TokenKind, length: number): void {
    this.push(kind, this.source.slice(this.at, this.at + length), this.at);
    this.at += length;
  }

  private push(kind: TokenKind, text: string, at: number): void {
    this.tokens.push({ kind, text, at });
  }

  private fail(message: string, at: number): never {
    this.push('error', message, at);
    throw STOP;
  }
}

function isSpace(char: string | undefined): boolean {
  return char !== undefined && char !== '' && SPACE.includes(char);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** The whole character at an offset. */
function wordAt(source: string, at: number): string {
  const code = source.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function isWord(char: string): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(char);
}

function wordEnd(source: string, start: number): number {
  let end = start;
  while (end < source.length) {
    const code = source.charCodeAt(end);
    const ascii =
      (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
    if (!ascii && code < 128) break;
    const char = ascii ? '' : wordAt(source, end);
    if (!ascii && !isWord(char)) break;
    end += ascii ? 1 : char.length;
  }
  return end;
}

/** Without a regular expression, which would take quadratic time on long runs of blanks. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return text.slice(0, end);
}
