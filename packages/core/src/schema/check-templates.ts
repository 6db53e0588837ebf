import { CompozyError } from '../errors/compozy-error.js';
import { isTemplate, parseTemplate, templateReferences, type Template } from '../template/index.js';
import { checkReference, type TemplateScope } from './check-reference.js';
import { checkConditionText } from './check-condition.js';
import type { CheckedTask } from './checked-task.js';
import type { Reporter } from './reporter.js';
import { isRecord, textAt, valueAt, type Path, type SourceDocument } from './source-document.js';
import type { TemplateCheck } from './template-check.js';
import { createTaskLookup } from './task-lookup.js';
import { itemNamesIn, taskFieldScopes } from './task-field-scopes.js';

const RUN_ROOTS = ['workflow', 'tasks', 'input', 'output', 'env', 'trigger', 'payload', 'project', 'tools', 'agents'];
const OUTPUTS_ROOTS = [...RUN_ROOTS, 'status', 'workflow_id', 'workflow_exec_id'];
/** Variables that a condition always has; those without a value are null. */
const CONDITION_ROOTS = ['item', 'index', 'parent', 'current', 'signal', 'processor', 'headers', 'query'];
const TASK_ROOTS = [...RUN_ROOTS, 'with', 'task', 'children'];

/** Parses every template of a workflow file and resolves what it refers to, as far as that can be said before a run. */
export function checkTemplates(check: TemplateCheck): void {
  const { workflow, tasks, nested, input } = check;
  const { document, project, options } = workflow;
  const lookup = createTaskLookup(check);
  const parents = new Map(nested.map(({ child, parent }) => [child, parent] as const));
  const alone = check.isAlone === true ? { isAlone: true as const } : {};
  const shared = { input, envNames: project.envNames, publicEnv: check.publicEnv, ...alone };
  for (const { child, parent } of [...tasks.map((task) => ({ child: task, parent: undefined })), ...nested]) {
    const around = ancestors(parent, parents);
    const roots = new Set([...TASK_ROOTS, ...(parent === undefined ? [] : ['parent'])]);
    const fields = taskFieldScopes(child, around);
    for (const [key, field] of fields) {
      const scope: TemplateScope = {
        ...shared,
        roots: new Set([...roots, ...field.locals]),
        tasks: lookup.from(child, field.after),
        secrets: field.secrets,
      };
      const at = [...child.path, ...key];
      const text = field.isCondition ? textAt(document, at) : undefined;
      if (text !== undefined && !isTemplate(text)) {
        const variables = new Set([...scope.roots, ...CONDITION_ROOTS]);
        checkConditionText(document, at, text, options.reporter, { ...scope, roots: variables });
      } else visitTemplates(document, at, options.reporter, scope);
    }
  }
  if (check.isAlone === true) {
    visitTemplates(document, [], options.reporter, undefined);
    return;
  }
  const run = { ...shared, tasks: lookup.ofRun(), roots: new Set(RUN_ROOTS) };
  visitTemplates(document, ['outputs'], options.reporter, {
    ...run,
    roots: new Set(OUTPUTS_ROOTS),
    secrets: 'outputs',
  });
  for (const key of [['config', 'env'], ['env']]) {
    visitTemplates(document, key, options.reporter, { ...run, roots: new Set(TASK_ROOTS), secrets: undefined });
  }
  checkToolTemplates(document, ['tools'], options.reporter, { ...run, locals: itemNamesIn(document.value) });
  for (const key of ['tools', 'agents', 'mcps', 'memories', 'schedule', 'triggers', 'knowledge', 'knowledge_bases']) {
    visitTemplates(document, [key], options.reporter, undefined);
  }
}

/** What the templates of a tool's definition may speak of: what those of the tasks may that call it. */
export interface ToolTemplateScope extends Pick<TemplateScope, 'tasks' | 'input' | 'envNames' | 'publicEnv'> {
  /** Names that the containers of those tasks may give. */
  readonly locals: Iterable<string>;
}

/** Resolves what the values of the tool at `path`, or of a list of tools, refer to when a task starts. */
export function checkToolTemplates(
  document: SourceDocument,
  path: Path,
  reporter: Reporter,
  { locals, ...known }: ToolTemplateScope,
): void {
  const written = valueAt(document.value, path);
  const scope = { ...known, roots: new Set([...TASK_ROOTS, 'parent', ...locals]), secrets: undefined };
  const tools = Array.isArray(written) ? written.map((_, index) => [...path, index]) : [path];
  for (const tool of tools) {
    for (const key of ['with', 'config', 'env']) visitTemplates(document, [...tool, key], reporter, scope);
  }
}

/** Parses the templates at `path`; without a scope their references are left alone. */
export function visitTemplates(
  document: SourceDocument,
  path: Path,
  reporter: Reporter,
  scope: TemplateScope | undefined,
): void {
  const visit = (value: unknown, at: Path): void => {
    if (typeof value === 'string') checkTemplate(document, at, value, reporter, scope);
    else if (Array.isArray(value)) for (const [index, element] of value.entries()) visit(element, [...at, index]);
    else if (isRecord(value)) for (const [key, part] of Object.entries(value)) visit(part, [...at, key]);
  };
  visit(valueAt(document.value, path), path);
}

function checkTemplate(
  document: SourceDocument,
  path: Path,
  text: string,
  reporter: Reporter,
  scope: TemplateScope | undefined,
): void {
  if (!isTemplate(text)) return;
  const template = parsed(document, path, text, reporter);
  if (template === undefined || scope === undefined) return;
  const references = templateReferences(template);
  const tested = references
    .filter(({ guarded, path: tried }) => guarded && tried.length > 1)
    .map(({ path: tried }) => tried);
  for (const reference of references) {
    // `{{ if .a.b }}{{ .a.b.c }}{{ end }}`: what was asked for is read only where it exists.
    const isTested = tested.some((tried) => tried.every((key, index) => key === reference.path[index]));
    const problem = checkReference(isTested ? { ...reference, guarded: true } : reference, scope);
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
    const { line, column, function: name, suggestion } = error.details;
    const at = document.textPlace(path, { line: Number(line ?? 1), column: Number(column ?? 1) });
    if (error.code === 'Template.UnknownFunction') {
      const meant = typeof suggestion === 'string' ? suggestion : undefined;
      reporter.report(document, 'template.unknown-function', `There is no function "${String(name)}"`, {
        path,
        at,
        suggestion: meant,
      });
    } else reporter.report(document, 'template.syntax', bare(error.message), { path, at });
    return undefined;
  }
}

/** The place inside of the template says nothing beside the place in the file. */
function bare(message: string): string {
  return message.replace(/ \((line \d+, )?column \d+\)$/, '');
}

function ancestors(
  parent: CheckedTask | undefined,
  parents: ReadonlyMap<CheckedTask, CheckedTask>,
): readonly CheckedTask[] {
  const found: CheckedTask[] = [];
  for (let task = parent; task !== undefined; task = parents.get(task)) found.push(task);
  return found;
}
