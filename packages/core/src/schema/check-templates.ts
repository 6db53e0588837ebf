import { CompozyError } from '../errors/compozy-error.js';
import type { JsonObject } from '../model/json.js';
import { isTemplate, parseTemplate, templateFunctionNames, templateReferences, type Template } from '../template/index.js';
import { closestName } from '../template/closest-name.js';
import { checkReference, type TemplateScope } from './check-reference.js';
import type { CheckedTask } from './checked-task.js';
import type { FlowGraph } from './flow-graph.js';
import type { Reporter } from './reporter.js';
import { isRecord, valueAt, type Path, type SourceDocument } from './source-document.js';
import { createTaskLookup } from './task-lookup.js';
import { taskFieldScopes } from './task-field-scopes.js';
import type { WorkflowScope } from './workflow-scope.js';

export interface NestedTask {
  readonly child: CheckedTask;
  readonly parent: CheckedTask;
}

export interface TemplateCheck {
  readonly workflow: WorkflowScope;
  readonly tasks: readonly CheckedTask[];
  readonly nested: readonly NestedTask[];
  readonly graph: FlowGraph;
  readonly input: JsonObject | undefined;
}

const RUN_ROOTS = ['workflow', 'tasks', 'input', 'output', 'env', 'trigger', 'project', 'tools', 'agents'];
const OUTPUTS_ROOTS = [...RUN_ROOTS, 'status', 'workflow_id', 'workflow_exec_id'];
const TASK_ROOTS = [...RUN_ROOTS, 'with', 'task', 'children'];

/** Parses every template of a workflow file and resolves what it refers to, as far as that can be said before a run. */
export function checkTemplates(check: TemplateCheck): void {
  const { workflow, tasks, nested, input } = check;
  const { document, project, options } = workflow;
  const lookup = createTaskLookup(check);
  const shared = { input, envNames: namesOf(check), publicEnv: project.publicEnv };
  for (const { child, parent } of [...tasks.map((task) => ({ child: task, parent: undefined })), ...nested]) {
    const parents = ancestors(parent, nested);
    const roots = new Set([...TASK_ROOTS, ...(parent === undefined ? [] : ['parent'])]);
    const inside = nested.filter(({ parent: owner }) => owner === child).map(({ child: task }) => task.path.length);
    const fields = taskFieldScopes(child, parents);
    for (const [key, field] of fields) {
      const scope: TemplateScope = {
        ...shared,
        roots: new Set([...roots, ...field.locals]),
        tasks: lookup.from(child, field.after),
        secrets: field.secrets,
      };
      const skip = (path: Path) => inside.some((length) => path.length >= length && nestedAt(nested, child, path));
      visitTemplates(document, [...child.path, ...key], options.reporter, scope, skip);
    }
  }
  const run = { ...shared, tasks: lookup.ofRun(), roots: new Set(RUN_ROOTS) };
  visitTemplates(document, ['outputs'], options.reporter, { ...run, roots: new Set(OUTPUTS_ROOTS), secrets: 'outputs' });
  for (const key of [['config', 'env'], ['env']]) {
    visitTemplates(document, key, options.reporter, { ...run, roots: new Set(TASK_ROOTS), secrets: undefined });
  }
  for (const key of ['tools', 'agents', 'mcps', 'schedule', 'triggers', 'knowledge', 'knowledge_bases']) {
    visitTemplates(document, [key], options.reporter, undefined);
  }
}

/** Parses the templates at `path`; without a scope their references are left alone. */
export function visitTemplates(
  document: SourceDocument,
  path: Path,
  reporter: Reporter,
  scope: TemplateScope | undefined,
  skip: (path: Path) => boolean = () => false,
): void {
  const visit = (value: unknown, at: Path): void => {
    if (skip(at)) return;
    if (typeof value === 'string') checkTemplate(document, at, value, reporter, scope);
    else if (Array.isArray(value)) for (const [index, element] of value.entries()) visit(element, [...at, index]);
    else if (isRecord(value)) for (const [key, part] of Object.entries(value)) visit(part, [...at, key]);
  };
  visit(valueAt(document.value, path), path);
}

function checkTemplate(document: SourceDocument, path: Path, text: string, reporter: Reporter, scope: TemplateScope | undefined): void {
  if (!isTemplate(text)) return;
  const template = parsed(document, path, text, reporter);
  if (template === undefined || scope === undefined) return;
  for (const reference of templateReferences(template)) {
    const problem = checkReference(reference, scope);
    if (problem === undefined) continue;
    const { code, message, ...rest } = problem;
    reporter.report(document, code, message, { ...rest, path, at: document.textPlace(path, reference) });
  }
}

function parsed(document: SourceDocument, path: Path, text: string, reporter: Reporter): Template | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const { line, column, name } = error.details;
    const at = document.textPlace(path, { line: Number(line ?? 1), column: Number(column ?? 1) });
    if (error.code === 'Template.UnknownFunction') {
      const suggestion = typeof name === 'string' ? closestName(name, templateFunctionNames) : undefined;
      reporter.report(document, 'template.unknown-function', bare(error.message), { path, at, suggestion });
    } else reporter.report(document, 'template.syntax', bare(error.message), { path, at });
    return undefined;
  }
}

/** The place inside of the template says nothing beside the place in the file. */
function bare(message: string): string {
  return message.replace(/ \((line \d+, )?column \d+\)$/, '');
}

function ancestors(parent: CheckedTask | undefined, nested: readonly NestedTask[]): readonly CheckedTask[] {
  const found: CheckedTask[] = [];
  for (let task = parent; task !== undefined; task = nested.find(({ child }) => child === task)?.parent) found.push(task);
  return found;
}

function nestedAt(nested: readonly NestedTask[], owner: CheckedTask, path: Path): boolean {
  return nested.some(({ child, parent }) => parent === owner && child.path.length === path.length && child.path.every((key, index) => key === path[index]));
}

function namesOf({ workflow }: TemplateCheck): ReadonlySet<string> {
  const { value } = workflow.document;
  const own = [valueAt(value, ['env']), valueAt(value, ['config', 'env'])].flatMap((env) => (isRecord(env) ? Object.keys(env) : []));
  return new Set([...workflow.project.envNames, ...own]);
}
