import { templateError } from './template-error.js';
import { closestName } from './closest-name.js';
import type { Command, Definition, Expression, Pipeline, Statement, Syntax, VariableTarget } from './ast.js';
import { parseChar, parseNumber } from './literals.js';
import { TokenCursor } from './token-cursor.js';
import { tokenize, type Token, type TokenKind } from './tokens.js';

/** Deeper than any template that a person writes; keeps the recursion of the parser and the compiler bounded. */
const MAX_NESTING = 500;
const LITERALS: ReadonlySet<Expression['kind']> = new Set(['bool', 'string', 'number', 'nil', 'dot']);

/**
 * @throws `Template.Syntax`, `Template.UnknownFunction`
 */
export function parseSyntax(source: string, functionNames: ReadonlySet<string>): Syntax {
  const definitions = new Map<string, Definition>();
  const parser = new Parser(source, tokenize(source), functionNames, definitions);
  return { main: parser.template(), definitions };
}

interface Frame {
  /** Visible variables, innermost last. */
  visible: { name: string; slot: number }[];
  slots: number;
  rangeDepth: number;
}

interface Block {
  readonly body: readonly Statement[];
  readonly ending: 'else' | 'end';
}

class Parser extends TokenCursor {
  readonly functionNames: ReadonlySet<string>;
  readonly definitions: Map<string, Definition>;
  nesting = 0;
  frame: Frame = newFrame();

  constructor(
    source: string,
    tokens: readonly Token[],
    names: ReadonlySet<string>,
    definitions: Map<string, Definition>,
  ) {
    super(source, tokens);
    this.functionNames = names;
    this.definitions = definitions;
  }

  template(): Definition {
    const body: Statement[] = [];
    while (this.peek().kind !== 'end') {
      if (this.peek().kind === 'open' && this.keywordAfterOpen() === 'define') {
        this.definition();
        continue;
      }
      const statement = this.statement();
      if (statement.kind === 'block-end') this.fail(`Unexpected {{${statement.ending}}}`, statement.at);
      body.push(statement);
    }
    return { body, slots: this.frame.slots };
  }

  private definition(): void {
    const { at } = this.next();
    this.nextSolid();
    const name = this.templateName('define');
    this.expect('close', 'define');
    const outer = this.frame;
    this.frame = newFrame();
    const { body, ending } = this.block(at, 'define');
    if (ending !== 'end') this.fail('Unexpected {{else}} in define', at);
    this.define(name, { body, slots: this.frame.slots }, at);
    this.frame = outer;
  }

  private define(name: string, definition: Definition, at: number): void {
    const existing = this.definitions.get(name);
    if (existing !== undefined && !isEmpty(existing.body)) {
      if (isEmpty(definition.body)) return;
      this.fail(`The template "${name}" is defined twice`, at);
    }
    this.definitions.set(name, definition);
  }

  /** Statements up to {{end}} or {{else}}, whose keyword has been read. */
  private block(at: number, of: string): Block {
    if ((this.nesting += 1) > MAX_NESTING) this.fail(`More than ${MAX_NESTING} nested blocks`, at);
    const body: Statement[] = [];
    while (this.peek().kind !== 'end') {
      const statement = this.statement();
      if (statement.kind === 'block-end') {
        this.nesting -= 1;
        return { body, ending: statement.ending };
      }
      body.push(statement);
    }
    this.fail(`{{end}} is missing: this {{${of}}} is not closed`, at);
  }

  private statement(): Statement | { kind: 'block-end'; ending: 'else' | 'end'; at: number } {
    const token = this.next();
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text };
    if (token.kind !== 'open') this.unexpected(token, 'input');
    const first = this.peekSolid();
    if (first.kind === 'keyword') {
      this.nextSolid();
      switch (first.text) {
        case 'if':
        case 'with':
        case 'range':
          return this.control(first.text, first.at);
        case 'else':
          return this.otherwise(first.at);
        case 'end':
          this.expect('close', 'end');
          return { kind: 'block-end', ending: 'end', at: first.at };
        case 'break':
        case 'continue':
          return this.jump(first.text, first.at);
        case 'template':
          return this.call(first.at);
        case 'block':
          return this.namedBlock(first.at);
        default:
          this.fail('{{define}} is allowed at the top level only', first.at);
      }
    }
    return { kind: 'action', at: first.at, pipeline: this.pipeline('command', 'close', first.at) };
  }

  private control(kind: 'if' | 'with' | 'range', at: number): Statement {
    const visible = this.frame.visible.length;
    const outerSlots = this.frame.slots;
    const pipeline = this.pipeline(kind, 'close', at);
    if (kind === 'range') this.frame.rangeDepth += 1;
    const { body, ending } = this.block(at, kind);
    if (kind === 'range') this.frame.rangeDepth -= 1;
    this.frame.visible.length = visible + pipeline.targets.filter(({ slot }) => slot >= outerSlots).length;
    let otherwise: readonly Statement[] | undefined;
    if (ending === 'else') otherwise = this.elseBranch(kind, at);
    this.frame.visible.length = visible;
    return otherwise === undefined ? { kind, at, pipeline, body } : { kind, at, pipeline, body, otherwise };
  }

  /** What follows {{else}}: an `if` or `with` that shares our {{end}}, or statements. */
  private elseBranch(kind: 'if' | 'with' | 'range', at: number): readonly Statement[] {
    const chained = this.tokens[this.at - 1]!;
    if (chained.kind === 'keyword') {
      if (chained.text !== kind || kind === 'range') this.unexpected(chained, 'else');
      if ((this.nesting += 1) > MAX_NESTING) this.fail(`More than ${MAX_NESTING} branches`, at);
      const chain = [this.control(kind, chained.at)];
      this.nesting -= 1;
      return chain;
    }
    const { body, ending } = this.block(at, kind);
    if (ending === 'else') this.fail('Expected {{end}}, found a second {{else}}', this.tokens[this.at - 1]!.at);
    return body;
  }

  private otherwise(at: number): { kind: 'block-end'; ending: 'else'; at: number } {
    const token = this.peekSolid();
    if (token.kind === 'keyword' && (token.text === 'if' || token.text === 'with')) this.nextSolid();
    else this.expect('close', 'else');
    return { kind: 'block-end', ending: 'else', at };
  }

  private jump(kind: 'break' | 'continue', at: number): Statement {
    this.expect('close', kind);
    if (this.frame.rangeDepth === 0) this.fail(`{{${kind}}} outside of {{range}}`, at);
    return { kind, at };
  }

  private call(at: number): Statement {
    const name = this.templateName('template');
    if (this.peekSolid().kind === 'close') {
      this.nextSolid();
      return { kind: 'template', at, name };
    }
    return { kind: 'template', at, name, pipeline: this.pipeline('template', 'close', at) };
  }

  private namedBlock(at: number): Statement {
    const name = this.templateName('block');
    const pipeline = this.pipeline('block', 'close', at);
    const outer = this.frame;
    this.frame = newFrame();
    const { body, ending } = this.block(at, 'block');
    if (ending !== 'end') this.fail('Unexpected {{else}} in block', at);
    this.define(name, { body, slots: this.frame.slots }, at);
    this.frame = outer;
    return { kind: 'template', at, name, pipeline };
  }

  private templateName(context: string): string {
    const token = this.nextSolid();
    if (token.kind !== 'string' && token.kind !== 'raw-string') this.unexpected(token, `the name after ${context}`);
    return this.text(token);
  }

  private pipeline(context: string, end: TokenKind, at: number): Pipeline {
    if ((this.nesting += 1) > MAX_NESTING) this.fail(`More than ${MAX_NESTING} nested parentheses`, at);
    const named = this.targets(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.nextSolid();
      if (token.kind === end) break;
      if (!STARTS_OPERAND.has(token.kind)) this.unexpected(token, context);
      this.at -= 1;
      commands.push(this.command());
    }
    if (commands.length === 0) this.fail(`A value is missing for ${context}`, this.tokens[this.at - 1]!.at);
    for (const [index, command] of commands.entries()) {
      if (index > 0 && LITERALS.has(command.operands[0].kind)) {
        this.fail(`A value cannot take what is piped to it: expected a function after "|"`, command.at);
      }
    }
    this.nesting -= 1;
    // Only now: `$x := f $x` reads the outer variable.
    const targets = named.names.map((name) => this.target(name, named.declares));
    return { kind: 'pipeline', at, targets, commands };
  }

  /** `$x :=`, `$x =` and, for a range, `$i, $x :=`. */
  private targets(context: string): { names: readonly string[]; declares: boolean } {
    const names: Token[] = [];
    const start = this.at;
    for (;;) {
      const token = this.peekSolid();
      if (token.kind !== 'variable') break;
      this.nextSolid();
      const after = this.peekSolid();
      if (after.kind === 'declare' || after.kind === 'assign') {
        this.nextSolid();
        return { names: [...names, token].map(({ text }) => text), declares: after.kind === 'declare' };
      }
      if (after.kind !== 'other' || after.text !== ',') break;
      this.nextSolid();
      names.push(token);
      if (context !== 'range' || names.length > 1) this.fail(`Too many declarations in ${context}`, after.at);
      if (this.peekSolid().kind !== 'variable') this.fail('A range can only set variables', this.peekSolid().at);
    }
    // `$a, $b` without an assignment is no list of targets.
    if (names.length > 0) this.unexpected(this.peekSolid(), context);
    this.at = start;
    return { names: [], declares: false };
  }

  private target(name: string, declares: boolean): VariableTarget {
    if (!declares) return { name, slot: this.slotOf(name) };
    const slot = this.frame.slots;
    this.frame.slots += 1;
    this.frame.visible.push({ name, slot });
    return { name, slot };
  }

  private slotOf(name: string): number {
    return this.frame.visible.findLast((variable) => variable.name === name)?.slot ?? -1;
  }

  private command(): Command {
    const at = this.peekSolid().at;
    const operands: Expression[] = [];
    for (;;) {
      operands.push(this.operand());
      const token = this.next();
      if (token.kind === 'space') {
        const { kind } = this.peekSolid();
        if (STARTS_OPERAND.has(kind)) continue;
        if (kind === 'pipe') this.nextSolid();
        else if (kind !== 'close' && kind !== 'right-paren') this.unexpected(this.peekSolid(), 'an operand');
      } else if (token.kind === 'close' || token.kind === 'right-paren') this.at -= 1;
      else if (token.kind !== 'pipe') this.unexpected(token, 'an operand');
      return { at, operands: operands as [Expression, ...Expression[]] };
    }
  }

  /** A term and the fields that follow it. */
  private operand(): Expression {
    const term = this.term();
    if (this.peek().kind !== 'field') return term;
    const path: string[] = [];
    while (this.peek().kind === 'field') path.push(this.next().text);
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { ...term, path: [...term.path, ...path] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        this.fail('Unexpected "." after a value', term.at);
    }
    return { kind: 'chain', at: term.at, base: term, path };
  }

  private term(): Expression {
    const token = this.nextSolid();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.functionNames.has(text)) this.unknownFunction(text, at);
        return { kind: 'function', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'field':
        return { kind: 'field', at, path: [text] };
      case 'variable':
        return { kind: 'variable', at, name: text, slot: this.use(text, at), path: [] };
      case 'number':
        return parseNumber(text, at) ?? this.fail(`Not a number: "${text}"`, at);
      case 'char': {
        const point = parseChar(text) ?? this.fail(`Not a character: ${text}`, at);
        return { kind: 'number', at, text, int: point, float: point, writtenAsFloat: false };
      }
      case 'string':
      case 'raw-string':
        return { kind: 'string', at, value: this.text(token) };
      case 'left-paren':
        return this.pipeline('the parentheses', 'right-paren', at);
      default:
        this.unexpected(token, 'an operand');
    }
  }

  private use(name: string, at: number): number {
    const slot = this.slotOf(name);
    if (slot >= 0) return slot;
    const names = this.frame.visible.map((variable) => variable.name);
    const close = closestName(name, names);
    this.fail(`The variable "${name}" is not defined${close === undefined ? '' : `, did you mean "${close}"?`}`, at);
  }

  private unknownFunction(name: string, at: number): never {
    const close = closestName(name, this.functionNames);
    const hint = close === undefined ? '' : `, did you mean "${close}"?`;
    const details = close === undefined ? { function: name } : { function: name, suggestion: close };
    throw templateError(
      'Template.UnknownFunction',
      `The function "${name}" does not exist${hint}`,
      this.source,
      at,
      details,
    );
  }
}

const STARTS_OPERAND: ReadonlySet<TokenKind> = new Set([
  'bool',
  'char',
  'number',
  'dot',
  'field',
  'identifier',
  'nil',
  'string',
  'raw-string',
  'variable',
  'left-paren',
]);

function newFrame(): Frame {
  return { visible: [{ name: '$', slot: 0 }], slots: 1, rangeDepth: 0 };
}

function isEmpty(body: readonly Statement[]): boolean {
  return body.every((statement) => statement.kind === 'text' && statement.text.trim() === '');
}
