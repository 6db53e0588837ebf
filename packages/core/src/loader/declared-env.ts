import { isTemplate, templateReferences } from '../template/index.js';
import { safeParseTemplate } from '../schema/template-scope.js';
import { isRecord, type SourceDocument } from '../schema/source-document.js';

/**
 * The names that the files declare without giving a value: entries of `env:` blocks that hold a template, and what
 * those templates take from `.env`. Only these may come from the environment of the process.
 */
export function declaredEnvNames(documents: readonly SourceDocument[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const element of value) visit(element);
    if (!isRecord(value)) return;
    for (const [key, part] of Object.entries(value)) {
      if (key === 'env' && isRecord(part)) collect(part, names);
      else visit(part);
    }
  };
  for (const { value } of documents) visit(value);
  return names;
}

function collect(block: Readonly<Record<string, unknown>>, names: Set<string>): void {
  for (const [name, value] of Object.entries(block)) {
    if (typeof value !== 'string' || !isTemplate(value)) continue;
    names.add(name);
    const template = safeParseTemplate(value);
    for (const { path } of template === undefined ? [] : templateReferences(template)) {
      if (path[0] === 'env' && path[1] !== undefined) names.add(path[1]);
    }
  }
}
