import type { RE2JS } from 're2js';
import { TemplateLateError } from '../template/index.js';
import { templateError } from '../template/template-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { Problem } from './problem.js';
import { CelList, CelMap, toCelValue, type CelListLike, type CelMapLike, type CelValue } from './value.js';

/** What a condition may know of the run it belongs to. */
export interface ConditionHost {
  /** True for a value that may not be looked into here. */
  isOpaque?(value: object): boolean;
  readonly limits?: { readonly maxSteps?: number; readonly maxOutputBytes?: number };
}

const MAX_STEPS = 1_000_000;
const MAX_TEXT = 1024 * 1024;

/** One evaluation: the variables of its macros, and what it may still spend. */
export class Evaluation {
  readonly source: string;
  readonly data: JsonObject;
  readonly slots: CelValue[] = [];
  /** Regular expressions that this evaluation has paid for. */
  readonly patterns = new Map<string, RE2JS>();
  /** The call that is being made, for what its function has to say. */
  at = 0;
  readonly #host: ConditionHost;
  readonly #maxSteps: number;
  readonly #maxText: number;
  #steps = 0;

  constructor(source: string, data: JsonObject, host: ConditionHost) {
    this.source = source;
    this.data = data;
    this.#host = host;
    this.#maxSteps = host.limits?.maxSteps ?? MAX_STEPS;
    this.#maxText = host.limits?.maxOutputBytes ?? MAX_TEXT;
  }

  /** Pays for work: one for each node and each element that is visited, more for what is large. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#maxSteps)
      this.#tooExpensive('steps', this.#maxSteps, 'does more work than a condition may');
  }

  /** Pays for a text that is read. */
  text(text: string): string {
    if (text.length > 32) this.spend(text.length >> 5);
    return text;
  }

  /** Pays for a text of `length` that is about to be made. */
  reserve(length: number): void {
    this.fits(length);
    this.spend(length >> 5);
  }

  /** Refuses a text that grows past what one may be. */
  fits(length: number): void {
    if (length > this.#maxText) {
      this.#tooExpensive('output_bytes', this.#maxText, `makes a text of more than ${this.#maxText} characters`);
    }
  }

  /** @throws TemplateLateError when `value` may not be read here. */
  value(value: Json): CelValue {
    if (typeof value !== 'object' || value === null) return toCelValue(value);
    if (this.#host.isOpaque?.(value) === true) throw new TemplateLateError(value);
    return value;
  }

  lengthOf(list: CelListLike): number {
    return list instanceof CelList ? list.items.length : list.length;
  }

  itemOf(list: CelListLike, index: number): CelValue {
    return list instanceof CelList ? list.items[index]! : this.value(list[index]!);
  }

  sizeOf(map: CelMapLike): number {
    return map instanceof CelMap ? map.entries.size : this.keysOf(map).length;
  }

  keysOf(map: CelMapLike): readonly CelValue[] {
    const keys = map instanceof CelMap ? Array.from(map.entries.values(), ([key]) => key) : Object.keys(map);
    this.spend(keys.length >> 1);
    return keys;
  }

  problem(message: string): never {
    throw new Problem(this.at, () => ({ message }));
  }

  #tooExpensive(budget: string, limit: number, what: string): never {
    throw templateError('Template.TooExpensive', `The condition ${what}`, this.source, this.at, { budget, limit });
  }
}
