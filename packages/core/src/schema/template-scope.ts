import { CompozyError } from '../errors/compozy-error.js';
import { isTemplate, parseTemplate, templateReferences, type Template } from '../template/index.js';
import { isRecord } from './source-document.js';

/** The parsed template, or `undefined` when it has a mistake. */
export function safeParseTemplate(source: string): Template | undefined {
  try {
    return parseTemplate(source);
  } catch (error) {
    if (CompozyError.isInstance(error)) return undefined;
    throw error;
  }
}

/** Whether a template anywhere in `value` begins a path with one of `names`. */
export function refersToAny(value: unknown, names: readonly string[]): boolean {
  if (typeof value === 'string') {
    const template = isTemplate(value) ? safeParseTemplate(value) : undefined;
    return template !== undefined && templateReferences(template).some(({ path }) => names.includes(path[0] ?? ''));
  }
  if (Array.isArray(value)) return value.some((element) => refersToAny(element, names));
  return isRecord(value) && Object.values(value).some((part) => refersToAny(part, names));
}
