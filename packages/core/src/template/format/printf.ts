import type { Run } from '../run.js';
import { numberOf, isFloat, typeOf, type Value } from '../value.js';
import type { Directive } from './directive.js';
import { addFormatted } from './format-value.js';
import { LimitedText, toText } from './write-value.js';

/** Go refuses wider ones. */
const MAX_WIDTH = 1_000_000;

/** `printf`: all of Go's verbs, flags, `*` and argument indexes; mistakes show in the text, as in Go. */
export function formatted(run: Run, format: string, values: readonly Value[]): string {
  const out = new LimitedText(run);
  new Formatter(run, format, values, out).apply();
  return out.text;
}

class Formatter {
  readonly run: Run;
  readonly format: string;
  readonly values: readonly Value[];
  readonly out: LimitedText;
  at = 0;
  next = 0;
  reordered = false;
  goodIndex = true;
  afterIndex = false;

  constructor(run: Run, format: string, values: readonly Value[], out: LimitedText) {
    this.run = run;
    this.format = format;
    this.values = values;
    this.out = out;
  }

  apply(): void {
    while (this.at < this.format.length) {
      const percent = this.format.indexOf('%', this.at);
      this.out.add(this.format.slice(this.at, percent === -1 ? undefined : percent));
      if (percent === -1) break;
      this.at = percent + 1;
      this.run.spend(1);
      this.directive();
    }
    if (this.reordered || this.next >= this.values.length) return;
    const extra = this.values
      .slice(this.next)
      .map((value) => (value === null ? '<nil>' : `${typeOf(value)}=${toText(this.run, value)}`));
    this.out.add(`%!(EXTRA ${extra.join(', ')})`);
  }

  private directive(): void {
    this.goodIndex = true;
    this.afterIndex = false;
    const directive = this.flags();
    this.argumentIndex();
    this.width(directive);
    this.precision(directive);
    if (!this.afterIndex) this.argumentIndex();
    const point = this.format.codePointAt(this.at);
    if (point === undefined) return this.out.add('%!(NOVERB)');
    let verb = String.fromCodePoint(point);
    this.at += verb.length;
    if (point >= 0xd800 && point < 0xe000) verb = '\ufffd';
    if (verb === '%') return this.out.add('%');
    if (!this.goodIndex) return this.out.add(`%!${verb}(BADINDEX)`);
    if (this.next >= this.values.length) return this.out.add(`%!${verb}(MISSING)`);
    const value = this.values[this.next]!;
    this.next += 1;
    // These flags have a meaning of their own with %v.
    if (verb === 'v') Object.assign(directive, { goSyntax: directive.sharp, sharp: false, plus: false });
    addFormatted(this.run, this.out, value, { ...directive, verb });
  }

  private flags(): Directive {
    const directive: Directive = {
      plus: false,
      minus: false,
      sharp: false,
      goSyntax: false,
      space: false,
      zero: false,
      width: undefined,
      precision: undefined,
      verb: '',
    };
    for (; ; this.at += 1) {
      switch (this.format[this.at]) {
        case '#':
          directive.sharp = true;
          break;
        case '0':
          directive.zero = true;
          break;
        case '+':
          directive.plus = true;
          break;
        case '-':
          directive.minus = true;
          break;
        case ' ':
          directive.space = true;
          break;
        default:
          return directive;
      }
    }
  }

  private width(directive: Directive): void {
    if (this.format[this.at] === '*') {
      this.at += 1;
      const width = this.intArgument();
      if (width === undefined) this.out.add('%!(BADWIDTH)');
      else {
        directive.width = Math.abs(width);
        if (width < 0) directive.minus = true;
      }
      if (width !== undefined && width < 0) directive.zero = false;
      this.afterIndex = false;
      return;
    }
    directive.width = this.digits();
    // "%[3]2d" has its index in the wrong place.
    if (this.afterIndex && directive.width !== undefined) this.goodIndex = false;
  }

  private precision(directive: Directive): void {
    if (this.format[this.at] !== '.') return;
    this.at += 1;
    if (this.afterIndex) this.goodIndex = false;
    this.argumentIndex();
    if (this.format[this.at] === '*') {
      this.at += 1;
      const precision = this.intArgument();
      if (precision === undefined) this.out.add('%!(BADPREC)');
      else if (precision < 0) this.out.add('%!(BADPREC)');
      else directive.precision = precision;
      this.afterIndex = false;
      return;
    }
    directive.precision = this.digits() ?? 0;
  }

  private digits(): number | undefined {
    const start = this.at;
    let number = 0;
    for (; this.at < this.format.length; this.at += 1) {
      const digit = this.format.charCodeAt(this.at) - 48;
      if (digit < 0 || digit > 9) break;
      if (number > MAX_WIDTH) return undefined;
      number = number * 10 + digit;
    }
    return this.at === start ? undefined : number;
  }

  private intArgument(): number | undefined {
    if (this.next >= this.values.length) return undefined;
    const value = this.values[this.next]!;
    this.next += 1;
    const number = numberOf(value);
    if (number === undefined || isFloat(value)) return undefined;
    return number >= -MAX_WIDTH && number <= MAX_WIDTH ? Number(number) : undefined;
  }

  /** `[n]`: the next argument, counted from 1. */
  private argumentIndex(): void {
    if (this.format[this.at] !== '[') return;
    this.reordered = true;
    const close = this.format.indexOf(']', this.at);
    if (close === -1) {
      this.goodIndex = false;
      this.at += 1;
      return;
    }
    const text = this.format.slice(this.at + 1, close);
    this.at = close + 1;
    const index = /^\d{1,7}$/.test(text) ? Number(text) - 1 : -1;
    if (index >= 0 && index < this.values.length) {
      this.next = index;
      this.afterIndex = true;
    } else this.goodIndex = false;
  }
}
