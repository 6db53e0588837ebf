import { appendPointer } from '../model/json-pointer.js';
import { isTemplate } from '../template/index.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';

/**
 * Where the expressions of some fields stand, as `line:column` by JSON pointer from `path`: what an error of a run says
 * beside the expression itself. `always`: keys whose text is one without `{{` too.
 */
export function expressionPlaces(
  source: SourceDocument,
  path: Path,
  fields: readonly Path[],
  always: ReadonlySet<string> = new Set(),
): Readonly<Record<string, string>> | undefined {
  const places: Record<string, string> = {};
  const visit = (value: unknown, at: Path, pointer: string): void => {
    if (typeof value === 'string') {
      if (!isTemplate(value) && !always.has(pointer.slice(1))) return;
      const { line, column } = source.valuePlace(at);
      places[pointer] = `${line}:${column}`;
    } else if (Array.isArray(value)) {
      for (const [index, part] of value.entries()) visit(part, [...at, index], appendPointer(pointer, index));
    } else if (isRecord(value)) {
      for (const [key, part] of Object.entries(value)) visit(part, [...at, key], appendPointer(pointer, key));
    }
  };
  for (const field of fields) {
    const pointer = field.reduce<string>((text, key) => appendPointer(text, key), '');
    visit(valueAt(source.value, [...path, ...field]), [...path, ...field], pointer);
  }
  return Object.keys(places).length === 0 ? undefined : places;
}
