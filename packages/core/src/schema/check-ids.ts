import type { Reporter } from './reporter.js';
import type { Path, SourceDocument } from './source-document.js';

const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const MAX_LENGTH = 200;
/** Names that every object has: a look-up by such an id would find something else. */
const OBJECT_NAMES: readonly string[] = Object.getOwnPropertyNames(Object.prototype);
/** Exports of the module that serves workflows (`engine.md` section 1). */
const WORKFLOW_NAMES: readonly string[] = ['default', 'CompozyWorkflow', 'DispatcherWorkflow', 'defineEngineWorkflow'];

export type IdKind = 'workflow' | 'task' | 'tool' | 'schema' | 'agent' | 'memory';

/** Whether an id may be used; reports why not. */
export function checkId(document: SourceDocument, path: Path, id: string, kind: IdKind, reporter: Reporter): boolean {
  const isServed = kind === 'workflow' && (WORKFLOW_NAMES.includes(id) || id.startsWith('__temporal'));
  if (OBJECT_NAMES.includes(id) || isServed) {
    reporter.report(document, 'id.reserved', `"${id}" is reserved; give the ${kind} another id`, { path });
    return false;
  }
  if (ID.test(id) && id.length <= MAX_LENGTH) return true;
  const expected = `letters, digits, "_", "-" and ".", ${MAX_LENGTH} at most`;
  reporter.report(document, 'id.invalid', `The id ${JSON.stringify(id)} of a ${kind} may only have ${expected}`, {
    path,
    expected,
  });
  return false;
}

/** Remembers where each id was first seen and reports the second. */
export function createIdCheck(
  kind: IdKind,
  reporter: Reporter,
): (document: SourceDocument, path: Path, id: string) => boolean {
  const seen = new Map<string, string>();
  return (document, path, id) => {
    if (!checkId(document, path, id, kind, reporter)) return false;
    const first = seen.get(id);
    if (first === undefined) {
      const { line } = document.valuePlace(path);
      seen.set(id, `${document.file}:${line}`);
      return true;
    }
    reporter.report(document, 'id.duplicate', `There is already a ${kind} "${id}", at ${first}`, { path });
    return false;
  };
}
