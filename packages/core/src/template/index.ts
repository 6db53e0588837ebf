// STUB by the lead, until the engine lands here: references only. The template engineer replaces this file.
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';

export interface Template { readonly source: string }
export interface TemplateHost {
  now(): number;
  random(): number;
  limits?: { maxSteps?: number; maxOutputBytes?: number; maxDepth?: number };
  isOpaque?(value: object): boolean;
  resolveOpaque?(value: object, key: string): Json | undefined;
}
export class TemplateLateError extends Error { readonly value: object; constructor(value: object) { super('late'); this.value = value; } }
export interface TemplateReference { path: readonly string[]; line: number; column: number; guarded: boolean; dynamic: boolean }
export const isTemplate = (text: string): boolean => text.includes('{{');
export const parseTemplate = (source: string): Template => ({ source });
const PATH = /^\s*\{\{\s*((?:\.[\w-]+)+)\s*\}\}\s*$/;
export function templateReferences(template: Template): readonly TemplateReference[] {
  const found = PATH.exec(template.source);
  return [{ path: found === null ? [] : found[1]!.slice(1).split('.'), line: 1, column: 1, guarded: false, dynamic: false }];
}
export function evaluateTemplate(template: Template, data: JsonObject, host: TemplateHost): Json {
  const found = PATH.exec(template.source);
  if (found === null) return template.source.replaceAll(/\{\{\s*((?:\.[\w-]+)+)\s*\}\}/g, (all) => String(evaluateTemplate({ source: all }, data, host)));
  let value: Json | undefined = data;
  for (const key of found[1]!.slice(1).split('.')) {
    if (value !== null && typeof value === 'object' && host.isOpaque?.(value)) {
      const got: Json | undefined = host.resolveOpaque?.(value, key);
      if (got === undefined) throw new TemplateLateError(value);
      value = got; continue;
    }
    value = (value as JsonObject | undefined)?.[key];
    if (value === undefined) throw new CompozyError('Template.UnknownPath', `unknown ${found[1]}`);
  }
  return value;
}
