import { checkDirectives } from './check-directives.js';
import { describeKind, type CheckOptions } from './check-document.js';
import { checkId } from './check-ids.js';
import type { Reporter } from './reporter.js';
import { listedResources, resourceName, resourceTypes, type ResourceType } from './resource-types.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { suggest } from './suggest.js';
import type { Trial } from './trial.js';

/** A file that `autoload` found, with what was wrong with it so far. */
export interface AutoloadedFile {
  readonly source: SourceDocument;
  readonly trial: Trial;
}

/** An autoloaded file whose type and id are known and are those of no other. */
export interface Resource extends AutoloadedFile {
  readonly type: ResourceType;
  readonly id: string;
  /** For the checks of the file itself. */
  readonly options: CheckOptions;
}

export interface CheckedResources {
  of(type: ResourceType): readonly Resource[];
  /** False when what some file defines is not known. */
  readonly isComplete: boolean;
}

/** Tells the types and ids of the files; nobody else has an id of the same type that is the same but for its case. */
export function checkResources(
  { files, isComplete: isRead }: { readonly files: readonly AutoloadedFile[]; readonly isComplete: boolean },
  project: SourceDocument,
  workflows: readonly SourceDocument[],
  options: CheckOptions,
): CheckedResources {
  const claim = createClaims(project, workflows);
  const resources: Resource[] = [];
  let isComplete = isRead;
  for (const { source, trial } of files) {
    const { reporter } = trial;
    const type = resourceType(source, reporter);
    const id = resourceId(source, reporter);
    if (type !== undefined && type !== 'schema') checkDirectives(source, reporter);
    const isKnown = type !== undefined && id !== undefined;
    if (isKnown && claim(source, type, id, reporter)) {
      resources.push({ source, trial, type, id, options: { ...options, reporter } });
    } else if (trial.end()) isComplete &&= isKnown;
  }
  return { of: (type) => resources.filter((resource) => resource.type === type), isComplete };
}

function resourceType(source: SourceDocument, reporter: Reporter): ResourceType | undefined {
  const written = valueAt(source.value, ['resource']);
  const expected = `one of ${resourceTypes.map((name) => `"${name}"`).join(', ')}`;
  if (written === undefined || written === null) {
    reporter.report(source, 'value.missing', '"resource" is missing: what the file defines', { expected });
    return undefined;
  }
  const path = ['resource'];
  if (typeof written !== 'string') {
    const message = `"resource" must be ${expected}, not ${describeKind(written)}`;
    reporter.report(source, 'value.type', message, { path, expected });
    return undefined;
  }
  const name = written.toLowerCase();
  const type = resourceTypes.find((known) => known === name);
  if (type !== undefined) return type;
  const message =
    name === 'project'
      ? 'A project has one project file, "compozy.yaml"; keep this file out of "autoload"'
      : `"resource" must be ${expected}, not ${JSON.stringify(written)}`;
  reporter.report(source, 'value.enum', message, { path, expected, suggestion: suggest(name, resourceTypes) });
  return undefined;
}

function resourceId(source: SourceDocument, reporter: Reporter): string | undefined {
  const written = valueAt(source.value, ['id']);
  if (typeof written === 'string' && written !== '') return written;
  const expected = 'a text that is not empty';
  if (written === undefined || written === null) {
    reporter.report(source, 'value.missing', '"id" is missing', { expected });
    return undefined;
  }
  const message = `"id" must be ${expected}, not ${written === '' ? '""' : describeKind(written)}`;
  reporter.report(source, 'value.type', message, { path: ['id'], expected });
  return undefined;
}

/** Ids as references name them; a model may be called `provider:model`. */
const CHECKED = ['workflow', 'task', 'tool', 'schema', 'agent'] as const;

/** Remembers who has an id; reports the second who wants it. */
function createClaims(project: SourceDocument, workflows: readonly SourceDocument[]) {
  const owners = new Map<string, { readonly id: string; readonly place: string }>();
  const keyOf = (type: ResourceType, id: string) => `${type} ${id.toLowerCase()}`;
  const own = (source: SourceDocument, path: Path, type: ResourceType, id: unknown): void => {
    if (typeof id !== 'string' || owners.has(keyOf(type, id))) return;
    owners.set(keyOf(type, id), { id, place: `${source.file}:${source.valuePlace(path).line}` });
  };
  for (const [list, type] of listedResources) {
    const values = valueAt(project.value, [list]);
    for (const [index, value] of (Array.isArray(values) ? values : []).entries()) {
      const isShort = !isRecord(value);
      own(project, isShort ? [list, index] : [list, index, 'id'], type, isShort ? value : idOf(type, value));
    }
  }
  for (const workflow of workflows) own(workflow, ['id'], 'workflow', valueAt(workflow.value, ['id']));

  return (source: SourceDocument, type: ResourceType, id: string, reporter: Reporter): boolean => {
    const kind = CHECKED.find((checked) => checked === type);
    if (kind !== undefined && !checkId(source, ['id'], id, kind, reporter)) return false;
    const owner = owners.get(keyOf(type, id));
    if (owner === undefined) {
      own(source, ['id'], type, id);
      return true;
    }
    const why = owner.id === id ? '' : '; upper and lower case are the same here';
    const message = `There is already ${resourceName(type)} "${owner.id}", at ${owner.place}${why}`;
    reporter.report(source, 'id.duplicate', message, { path: ['id'] });
    return false;
  };
}

function idOf(type: ResourceType, value: Record<string, unknown>): unknown {
  const { id, provider, model } = value;
  return type === 'model' && id === undefined ? `${String(provider)}:${String(model)}` : id;
}
