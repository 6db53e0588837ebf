import type { z } from 'zod';
import { keysOfTasks, taskSchemaOf, taskTypes, type DocumentTaskType } from '../tasks/schemas.js';
import type { taskFields, executorFields } from '../tasks/task-fields.js';
import { checkIgnoredOptions } from './check-ignored.js';
import { checkDocument, describeKind, type CheckOptions } from './check-document.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';

/** The keys that tasks of every type have, all of them perhaps missing. */
export type TaskDocument = Partial<z.output<z.ZodObject<typeof taskFields & typeof executorFields>>>;

/** A task of a document whose keys and values were checked against its type. */
export interface CheckedTask {
  readonly path: Path;
  readonly type: DocumentTaskType;
  readonly document: TaskDocument;
  /** False when the type is not known; then the rest of it says nothing. */
  readonly known: boolean;
}

/**
 * Checks the keys and values of the task at `path`; tasks inside of it are left to whoever compiles it. With a
 * `defaultId` the task may go without an id.
 */
export function checkTask(
  document: SourceDocument,
  path: Path,
  options: CheckOptions,
  defaultId?: string,
): CheckedTask {
  const raw = valueAt(document.value, path);
  // The list that it stands in has reported it.
  if (!isRecord(raw)) return { path, type: 'basic', document: {}, known: false };
  if (defaultId !== undefined) raw['id'] ??= defaultId;
  const given = raw['type'] ?? 'basic';
  const type = taskTypes.find((name) => name === given);
  if (type === undefined) {
    const shown = typeof given === 'string' ? JSON.stringify(given) : describeKind(given);
    const expected = `one of ${taskTypes.map((name) => `"${name}"`).join(', ')}`;
    const suggestion = typeof given === 'string' ? suggest(given, taskTypes) : undefined;
    const code = typeof given === 'string' ? 'value.enum' : 'value.type';
    options.reporter.report(document, code, `"type" must be ${expected}, not ${shown}`, {
      path: [...path, 'type'],
      expected,
      suggestion,
    });
    const id = typeof raw['id'] === 'string' ? { id: raw['id'] } : {};
    return { path, type: 'basic', document: id, known: false };
  }
  checkIgnoredOptions(document, [...path, 'config'], options.reporter);
  const checked = checkDocument(document, path, taskSchemaOf(type).document, {
    ...options,
    elsewhere: { keys: keysOfTasks, reason: `a task of type "${type}" does not use it` },
  });
  return { path, type, document: checked as TaskDocument, known: true };
}
