import { CompozyError } from '../errors/compozy-error.js';
import { byteLength } from './bytes.js';
import { DEFAULT_LIMITS, type TemplateHost } from './host.js';
import { TemplateLateError } from './late-error.js';
import { ArgumentError, templateError } from './template-error.js';
import { Boxed, type Value } from './value.js';

/** Deeper data than any person writes; keeps recursion over values bounded. */
const MAX_VALUE_DEPTH = 500;

/** Writing a text of up to this length costs no steps. */
export const FREE_LENGTH = 256;

/** One evaluation: its variables, its output and what it may still spend. */
export class Run {
  readonly source: string;
  readonly host: TemplateHost;
  readonly maxSteps: number;
  readonly maxTextBytes: number;
  readonly maxDepth: number;
  readonly isOpaque: ((value: object) => boolean) | undefined;
  /** Variables of the template that runs; slot 0 is `$`. */
  slots: Value[];
  out = '';
  steps = 0;
  depth = 0;
  /** What is being evaluated, for the position of an error. */
  at = 0;
  calling: string | undefined;
  /** A map that was found to be no opaque value: the next name is mostly read from the same one. */
  plainMap: object | undefined;
  /** Whether a function may make of a map what it was not. */
  readonly mutates: boolean;
  #outBytes = 0;

  constructor(source: string, host: TemplateHost, slots: Value[], mutates: boolean) {
    this.source = source;
    this.mutates = mutates;
    this.host = host;
    this.maxSteps = Math.min(host.limits?.maxSteps ?? DEFAULT_LIMITS.maxSteps, host.meter?.left ?? Infinity);
    this.maxTextBytes = host.limits?.maxOutputBytes ?? DEFAULT_LIMITS.maxOutputBytes;
    this.maxDepth = host.limits?.maxDepth ?? DEFAULT_LIMITS.maxDepth;
    this.isOpaque = host.isOpaque;
    this.slots = slots;
  }

  /** Pays for work; what a function does beyond its call is paid by its size. */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.maxSteps) this.tooMuchWork();
  }

  /** The work is done, or has failed. */
  settle(): void {
    const { meter } = this.host;
    if (meter !== undefined) meter.left = Math.max(0, meter.left - this.steps);
  }

  /** Units of text that may be appended as they are: each is at most three bytes, so they cannot be too much. */
  get room(): number {
    return Math.floor(this.maxTextBytes / 3) - this.out.length;
  }

  write(text: string): void {
    if (text.length > FREE_LENGTH) this.spend(text.length >> 8);
    // Only a large output has to be counted.
    if (text.length > this.room) {
      if (this.#outBytes === 0) this.#outBytes = byteLength(this.out);
      this.#outBytes += byteLength(text);
      if (this.#outBytes > this.maxTextBytes) this.tooLong();
    }
    this.out += text;
  }

  /** Called before a text or list of `size` is made. */
  reserve(size: number): void {
    if (!(size <= this.maxTextBytes)) this.tooLong();
    this.spend(size >> 6);
  }

  /** Called with a text that was made: what is kept in variables has to be paid for. */
  paid(text: string): string {
    if (text.length > 64) {
      if (text.length > this.maxTextBytes) this.tooLong();
      this.spend(text.length >> 6);
    }
    return text;
  }

  enter(depth: number): void {
    if (depth > MAX_VALUE_DEPTH) {
      this.tooExpensive('depth', MAX_VALUE_DEPTH, `holds a value that is nested more than ${MAX_VALUE_DEPTH} deep`);
    }
  }

  tooMuchWork(): never {
    const { limits, meter } = this.host;
    if (meter === undefined || this.maxSteps === (limits?.maxSteps ?? DEFAULT_LIMITS.maxSteps))
      this.tooExpensive('steps', this.maxSteps, 'does more work than a template may');
    const problem = 'and those evaluated together with it do more work than they may; leave some of it to a tool';
    this.tooExpensive('steps_together', meter.limit, problem);
  }

  tooLong(): never {
    this.tooExpensive('output_bytes', this.maxTextBytes, `makes a text of more than ${this.maxTextBytes} bytes`);
  }

  tooExpensive(budget: string, limit: number, problem: string): never {
    throw templateError('Template.TooExpensive', `The template ${problem}`, this.source, this.at, { budget, limit });
  }

  /** @throws TemplateLateError when `value` itself is opaque. */
  surface(value: Value): void {
    if (this.isOpaque !== undefined && typeof value === 'object' && value !== null && this.isOpaque(value)) {
      throw new TemplateLateError(value);
    }
  }

  /** @throws TemplateLateError when `value` is opaque or holds what is. */
  inside(value: Value, depth = 0): void {
    if (this.isOpaque === undefined || typeof value !== 'object' || value === null || value instanceof Boxed) return;
    if (this.isOpaque(value)) throw new TemplateLateError(value);
    this.enter(depth);
    this.spend(1);
    for (const member of Array.isArray(value) ? value : Object.values(value)) {
      if (typeof member === 'object' && member !== null) this.inside(member as Value, depth + 1);
    }
  }

  badArgument(message: string, at: number): never {
    throw templateError('Template.BadArgument', message, this.source, at);
  }

  /** What a caller of the template sees for an error that came out of it. */
  explain(error: unknown): unknown {
    if (CompozyError.isInstance(error) || error instanceof TemplateLateError) return error;
    if (error instanceof ArgumentError) {
      const details = this.calling === undefined ? {} : { function: this.calling };
      const message = this.calling === undefined ? error.message : `${this.calling}: ${error.message}`;
      return templateError('Template.BadArgument', message, this.source, this.at, details);
    }
    // V8 says so when a stack or a text grows past what it can hold.
    if (error instanceof RangeError) {
      return templateError('Template.TooExpensive', 'The template needs too much memory', this.source, this.at);
    }
    return error;
  }
}
