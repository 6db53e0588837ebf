import type { Reporter } from './reporter.js';
import { isRecord, type Path, type SourceDocument } from './source-document.js';

/** Below these keys a mapping is, or holds, JSON Schema, where `$ref` and `$defs` have their own meaning. */
const SCHEMA_KEYS: ReadonlySet<string> = new Set([
  'input',
  'output',
  'schema',
  'schemas',
  'input_schema',
  'output_schema',
  'jsonSchema',
  'json_schema',
  'properties',
  'patternProperties',
  'additionalProperties',
  '$defs',
  'definitions',
  'items',
  'prefixItems',
  'contains',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
]);

/** Reports every key that begins with `$` where no JSON Schema stands. */
export function checkDirectives(document: SourceDocument, reporter: Reporter): void {
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) visit(element, [...path, index]);
      return;
    }
    if (!isRecord(value) || looksLikeSchema(value)) return;
    for (const [key, part] of Object.entries(value)) {
      const at = [...path, key];
      if (key === '$schema' && path.length === 0) continue;
      if (key.startsWith('$')) {
        const message = `"${key}" is not supported: directives do not exist; refer to a definition by its id`;
        reporter.report(document, 'key.directive', message, { path: at, at: 'key', expected: 'a reference by id' });
      } else if (!SCHEMA_KEYS.has(key)) visit(part, at);
    }
  };
  visit(document.value, []);
}

function looksLikeSchema(value: Record<string, unknown>): boolean {
  return typeof value['type'] === 'string' && (isRecord(value['properties']) || isRecord(value['$defs']));
}
