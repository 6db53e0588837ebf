import { isJsonObject, type JsonObject } from '../model/json.js';
import type { TemplateReference } from '../template/index.js';
import type { DiagnosticCode } from './diagnostics.js';
import { expectedIds } from './schema-table.js';
import type { VisibleTasks } from './task-lookup.js';
import { suggest } from './suggest.js';

/** What the templates of one place may speak of. */
export interface TemplateScope {
  readonly roots: ReadonlySet<string>;
  readonly tasks: VisibleTasks;
  readonly input: JsonObject | undefined;
  /** Names that `.env` has. */
  readonly envNames: ReadonlySet<string>;
  readonly publicEnv: Readonly<Record<string, string>>;
  /** The field, where a secret in it would reach the history. */
  readonly secrets: string | undefined;
  /** There is no workflow with other tasks. */
  readonly isAlone?: true;
}

export interface ReferenceProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly severity?: 'warning';
  readonly expected?: string;
  readonly suggestion?: string | undefined;
}

/** What is wrong with a reference, if that can be said before a run. */
export function checkReference(reference: TemplateReference, scope: TemplateScope): ReferenceProblem | undefined {
  const [root, name] = reference.path;
  if (root === undefined) return undefined;
  if (!scope.roots.has(root)) return reference.guarded ? undefined : unknownVariable(root, scope);
  if (root === 'tasks' && name !== undefined) return checkTaskReference(name, reference, scope);
  if (root === 'env') return checkEnvReference(name, reference, scope);
  if (root === 'workflow' && name === 'input') return checkInputReference(reference, scope);
  return undefined;
}

function unknownVariable(root: string, { roots }: TemplateScope): ReferenceProblem {
  const expected = `one of ${[...roots].map((known) => `".${known}"`).join(', ')}`;
  return {
    code: 'template.unknown-variable',
    message: `There is no ".${root}" here`,
    expected,
    suggestion: withDot(suggest(root, roots)),
  };
}

function checkTaskReference(
  id: string,
  { guarded, path }: TemplateReference,
  { tasks, isAlone }: TemplateScope,
): ReferenceProblem | undefined {
  const found = tasks.find(id);
  if (found === 'before') return checkNestedView(id, path, tasks) ?? checkOutput(id, { path, guarded }, tasks);
  if (found === 'unknown') {
    return {
      code: 'reference.unknown-task',
      message:
        isAlone === true
          ? `The task runs alone, so there is no task "${id}" whose result it could read`
          : `There is no task "${id}" in this workflow`,
      expected: isAlone === true ? 'a value of "with" or ".workflow.input"' : expectedIds(tasks.ids),
      suggestion: suggest(id, tasks.ids),
      // Where a missing value does no harm the run does not fail, but a slip of the pen would go unseen.
      ...(guarded ? { severity: 'warning' } : {}),
    };
  }
  if (guarded) return undefined;
  return {
    code: 'reference.not-before',
    message: `Task "${id}" cannot have run before this is evaluated`,
    expected: 'a task that runs before',
  };
}

function checkNestedView(id: string, path: readonly string[], tasks: VisibleTasks): ReferenceProblem | undefined {
  const [, , member, key, ...rest] = path;
  if (member !== 'output' || key === undefined || !tasks.isNestedView(id, key)) return undefined;
  const meant = key === 'output' ? ['tasks', id, 'output', ...rest] : ['tasks', id, 'children', key, ...rest];
  return {
    code: 'template.nested-view',
    message: `".tasks.${id}.output.${key}" is the nested view of the original; it goes on to work`,
    severity: 'warning',
    suggestion: `.${meant.join('.')}`,
  };
}

function checkOutput(
  id: string,
  { path, guarded }: Pick<TemplateReference, 'path' | 'guarded'>,
  tasks: VisibleTasks,
): ReferenceProblem | undefined {
  const known = path[2] === 'output' && !guarded ? tasks.outputOf(id) : undefined;
  const missing = known === undefined ? undefined : missingProperty(known.shape, path.slice(3));
  if (missing === undefined) return undefined;
  return {
    code: 'reference.unknown-output',
    message: `The output of task "${id}" has no "${missing.path.join('.')}"`,
    expected: expectedIds(missing.names),
    suggestion: suggest(missing.path.at(-1)!, missing.names),
    ...(known!.isCertain ? {} : { severity: 'warning' }),
  };
}

function checkEnvReference(
  name: string | undefined,
  reference: TemplateReference,
  scope: TemplateScope,
): ReferenceProblem | undefined {
  const { envNames, publicEnv, secrets } = scope;
  const isPublic = name !== undefined && Object.hasOwn(publicEnv, name);
  if (secrets !== undefined && !isPublic) {
    const subject = name === undefined ? '".env"' : `".env.${name}"`;
    return {
      code: 'env.secret',
      message: `${subject} is secret, and the value of "${secrets}" becomes part of the run's history; list the name under "public_env" if it is no secret`,
      expected: 'a name that "public_env" lists',
      suggestion: name === undefined ? undefined : suggest(name, Object.keys(publicEnv)),
    };
  }
  if (name === undefined || reference.guarded || isPublic || envNames.has(name)) return undefined;
  // The file may be missing where a project is only checked, so this is no error.
  return {
    code: 'env.unknown',
    message: `Neither the .env file nor an "env" block has "${name}"`,
    severity: 'warning',
    suggestion: suggest(name, envNames),
  };
}

function checkInputReference(
  { path, guarded }: TemplateReference,
  { input }: TemplateScope,
): ReferenceProblem | undefined {
  const missing = guarded ? undefined : missingProperty(input, path.slice(2));
  if (missing === undefined) return undefined;
  return {
    code: 'reference.unknown-input',
    message: `The input schema has no "${missing.path.join('.')}" and allows no other properties`,
    expected: expectedIds(missing.names),
    suggestion: suggest(missing.path.at(-1)!, missing.names),
  };
}

/** How far `path` leads into what a schema describes, when the last step is one that the schema excludes. */
function missingProperty(
  schema: JsonObject | undefined,
  path: readonly string[],
): { readonly path: readonly string[]; readonly names: readonly string[] } | undefined {
  let part: unknown = schema;
  for (const [index, key] of path.entries()) {
    if (!isJsonObject(part)) return undefined;
    const properties = isJsonObject(part['properties']) ? part['properties'] : {};
    if (Object.hasOwn(properties, key)) part = properties[key];
    else if (isClosed(part)) return { path: path.slice(0, index + 1), names: Object.keys(properties) };
    else return undefined;
  }
  return undefined;
}

/** Whether a schema allows the properties that it names and no others. */
function isClosed(schema: JsonObject): boolean {
  if (schema['additionalProperties'] !== false && schema['unevaluatedProperties'] !== false) return false;
  const others = ['patternProperties', '$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas'];
  return others.every((keyword) => schema[keyword] === undefined);
}

function withDot(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `.${name}`;
}
