import { toErrorView } from '../errors/failure.js';
import { isJsonObject, type Json } from '../model/json.js';
import { isBlobRef } from '../ports/blob-store.js';
import type { Draft } from './draft.js';
import type { TaskNode } from './state.js';

/**
 * The output of a task as templates see it. That of a container answers to two more names, which the original's nested
 * view had (D-16): `output` for the output itself, and the id of each child for `{output, status, error}`. Keys that
 * the output has of its own win, and nothing but a look-up by name shows the others.
 */
export function outputView(draft: Draft, node: TaskNode): Json {
  const output = node.output ?? null;
  const children = draft.latest[node.key];
  if (children === undefined || !isJsonObject(output) || isBlobRef(output)) return output;
  return new Proxy<Record<string, Json>>(output as Record<string, Json>, new NestedOutput(draft, output, children));
}

class NestedOutput implements ProxyHandler<Record<string, Json>> {
  readonly #draft: Draft;
  readonly #output: Readonly<Record<string, Json>>;
  readonly #children: Readonly<Record<string, string>>;

  constructor(draft: Draft, output: Readonly<Record<string, Json>>, children: Readonly<Record<string, string>>) {
    this.#draft = draft;
    this.#output = output;
    this.#children = children;
  }

  get(target: object, name: string | symbol): unknown {
    if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name);
    return this.#added(name) ?? Reflect.get(target, name);
  }

  has(target: object, name: string | symbol): boolean {
    return Reflect.has(target, name) || (typeof name === 'string' && this.#added(name) !== undefined);
  }

  getOwnPropertyDescriptor(target: object, name: string | symbol): PropertyDescriptor | undefined {
    const own = Reflect.getOwnPropertyDescriptor(target, name);
    if (own !== undefined || typeof name === 'symbol') return own;
    const value = this.#added(name);
    return value === undefined ? undefined : { value, enumerable: false, configurable: true, writable: false };
  }

  #added(name: string): Json | undefined {
    if (name === 'output') return this.#output;
    const key = Object.hasOwn(this.#children, name) ? this.#children[name] : undefined;
    if (key === undefined) return undefined;
    const child = this.#draft.node(key);
    const error = child.error === undefined ? {} : { error: toErrorView(child.error) };
    return { output: outputView(this.#draft, child), status: child.status, ...error };
  }
}
