import { CompozyError } from '../errors/compozy-error.js';
import { appendPointer } from '../model/json-pointer.js';
import { isJsonObject, type Json } from '../model/json.js';
import type { TemplateHost } from './host.js';
import { evaluateTemplate, isTemplate, parseTemplate } from './template.js';

/**
 * `value` with every template in it evaluated, at any depth. Keys of maps are never templates.
 *
 * @throws what {@link evaluateTemplate} throws; details say in `pointer` where in `value` it was.
 */
export function evaluateValue(value: Json, data: Json, host: TemplateHost): Json {
  return visit(value, data, host, '');
}

function visit(value: Json, data: Json, host: TemplateHost, pointer: string): Json {
  if (typeof value === 'string') return isTemplate(value) ? located(value, data, host, pointer) : value;
  if (Array.isArray(value))
    return value.map((element: Json, index) => visit(element, data, host, appendPointer(pointer, index)));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, visit(member, data, host, appendPointer(pointer, key))]),
  );
}

function located(source: string, data: Json, host: TemplateHost, pointer: string): Json {
  try {
    return evaluateTemplate(parseTemplate(source), data, host);
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    throw new CompozyError(error.code, error.message, { details: { ...error.details, pointer }, cause: error });
  }
}
