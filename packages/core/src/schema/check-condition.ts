import { conditionReferences, parseCondition, type Condition } from '../condition/index.js';
import { CompozyError } from '../errors/compozy-error.js';
import { checkReference, type TemplateScope } from './check-reference.js';
import type { Reporter } from './reporter.js';
import type { Path, SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';

/** What a condition may speak of: a whole scope, or nothing but the names of its variables. */
export type ConditionScope = TemplateScope | { readonly roots: ReadonlySet<string> };

/** Parses a CEL expression that stands at `path` and resolves what it refers to. */
export function checkConditionText(
  document: SourceDocument,
  path: Path,
  text: string,
  reporter: Reporter,
  scope: ConditionScope,
): void {
  const condition = parsed(document, path, text, reporter);
  if (condition === undefined) return;
  for (const reference of conditionReferences(condition)) {
    const [root] = reference.path;
    const at = document.textPlace(path, reference);
    if (root !== undefined && !scope.roots.has(root)) {
      reporter.report(document, 'template.unknown-variable', `There is no variable "${root}" in a condition`, {
        path,
        at,
        expected: `one of ${[...scope.roots].join(', ')}`,
        suggestion: suggest(root, scope.roots),
      });
      continue;
    }
    const problem = 'tasks' in scope ? checkReference(reference, scope) : undefined;
    if (problem === undefined) continue;
    const { code, message, ...rest } = problem;
    reporter.report(document, code, message, { ...rest, path, at });
  }
}

function parsed(document: SourceDocument, path: Path, text: string, reporter: Reporter): Condition | undefined {
  try {
    return parseCondition(text);
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const { line, column } = error.details;
    const at = document.textPlace(path, { line: Number(line ?? 1), column: Number(column ?? 1) });
    // The place inside of the condition says nothing beside the place in the file.
    const message = error.message.replace(/ \((line \d+, )?column \d+\)$/, '');
    reporter.report(document, 'condition.syntax', `The condition is not CEL: ${message}`, { path, at });
    return undefined;
  }
}
