import { isAlias, isMap, isScalar, isSeq, type Document, type Node } from 'yaml';
import type { DiagnosticCode } from '../schema/diagnostics.js';
import { isMergeKey, keyText, mergedMaps, offsetOf } from './yaml-nodes.js';

/** Aliases may repeat their anchors; a document of a few lines must not become millions of values by them. */
const MAX_REPEATED_VALUES = 100_000;
const MAX_DEPTH = 100;

type Report = (code: DiagnosticCode, message: string, offset: number, expected?: string) => void;

class Refused extends Error {}

/** The document as JSON with its aliases and merge keys followed, or `undefined` when it cannot be JSON. */
export function toJsonValue(document: Document, report: Report): unknown {
  const open = new Set<Node>();
  let values = 0;
  let ok = true;
  const refuse = (code: DiagnosticCode, message: string, node: unknown, expected?: string): undefined => {
    report(code, message, offsetOf(node) ?? 0, expected);
    ok = false;
    return undefined;
  };

  const convert = (node: unknown, repeated: unknown): unknown => {
    if (repeated !== undefined) values += 1;
    if (values > MAX_REPEATED_VALUES) {
      refuse('yaml.alias', `The aliases of this file multiply to more than ${MAX_REPEATED_VALUES} values`, repeated);
      throw new Refused();
    }
    if (node === null || node === undefined) return null;
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined)
        return refuse('yaml.alias', `There is no anchor "&${node.source}" before this alias`, node);
      if (open.has(target))
        return refuse('yaml.alias', `The alias "*${node.source}" stands inside of its own anchor`, node);
      return convert(target, repeated ?? node);
    }
    if (isScalar(node)) return scalar(node, refuse);
    if (!isMap(node) && !isSeq(node)) return refuse('yaml.value', 'This value cannot be read', node);
    open.add(node);
    if (open.size > MAX_DEPTH) {
      // Only aliases can get here: the parser refused what is written that deep.
      refuse(
        'yaml.too-deep',
        `The file nests deeper than ${MAX_DEPTH} levels`,
        repeated ?? node,
        `at most ${MAX_DEPTH} levels`,
      );
      throw new Refused();
    }
    const value = isSeq(node) ? node.items.map((item) => convert(item, repeated)) : mapping(node.items, repeated);
    open.delete(node);
    return value;
  };

  const mapping = (pairs: readonly { key: unknown; value: unknown }[], repeated: unknown): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const { key, value } of pairs) {
      if (!isMergeKey(key)) continue;
      const maps = mergedMaps(value, document);
      if (maps === undefined) refuse('yaml.value', 'A merge key takes a mapping or a list of mappings', key);
      for (const map of (maps ?? []).toReversed()) {
        if (open.has(map)) refuse('yaml.alias', 'The mapping is merged into itself', key);
        else Object.assign(result, convert(map, repeated ?? key));
      }
    }
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) continue;
      const name = keyText(key);
      if (name === undefined) {
        const message = 'A template needs quotes around it: "{{ … }}"; without them YAML reads a mapping';
        if (isMap(key)) refuse('yaml.unquoted-template', message, key, 'quotes around the template');
        else refuse('yaml.value', 'A key must be a plain text', key ?? value);
      } else if (name === '__proto__') refuse('yaml.value', 'The key "__proto__" is not allowed', key);
      else result[name] = convert(value, repeated);
    }
    return result;
  };

  try {
    const value = convert(document.contents, undefined);
    return ok ? value : undefined;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function scalar(
  node: { value: unknown; source?: string; tag?: string },
  refuse: (code: DiagnosticCode, message: string, node: unknown, expected?: string) => undefined,
): unknown {
  const { value } = node;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const what = typeof value === 'number' ? (node.source ?? 'This number') : 'This value';
  return refuse('yaml.value', `${what} cannot be held by JSON; write it as a text in quotes`, node);
}
