import type { JsonObject } from '../model/json.js';
import { compileSchema, schemaErrors } from './ajv.js';
import type { Reporter } from './reporter.js';
import type { Path, SourceDocument } from './source-document.js';

/** Whether `schema`, which stands at `path`, is JSON Schema 2020-12; reports each keyword that is not. */
export function checkJsonSchema(document: SourceDocument, path: Path, schema: JsonObject, reporter: Reporter): boolean {
  const seen = new Set<string>();
  for (const { pointer, message } of schemaErrors(schema)) {
    if (seen.has(pointer)) continue;
    seen.add(pointer);
    const at = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    const keyword = at.at(-1) ?? 'schema';
    reporter.report(document, 'schema.invalid', `"${keyword}" is not valid in a JSON Schema: ${message}`, {
      path: [...path, ...at],
      expected: 'JSON Schema 2020-12',
    });
  }
  if (seen.size > 0) return false;
  try {
    compileSchema(schema);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reporter.report(document, 'schema.invalid', `The JSON Schema cannot be used: ${message}`, {
      path,
      expected: 'JSON Schema 2020-12',
    });
    return false;
  }
}
