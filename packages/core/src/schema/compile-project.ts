import type { Plan, ToolDefinition } from '../model/plan.js';
import { addResources, checkOtherResources } from './add-resources.js';
import { checkDirectives } from './check-directives.js';
import { checkIgnoredOptions } from './check-ignored.js';
import { derivedEnv, literalEnv } from './env-values.js';
import { createIdCheck } from './check-ids.js';
import { checkDocument, type CheckOptions } from './check-document.js';
import { checkToolTemplates, visitTemplates, type ToolTemplateScope } from './check-templates.js';
import { checkResources, type AutoloadedFile, type Resource } from './check-resources.js';
import { compileDirectTask } from './compile-direct-task.js';
import { compileWorkflow } from './compile-workflow.js';
import { createMemoryTable } from './memory-table.js';
import { projectDocument, type ProjectDocument } from './project.js';
import { createSchemaTable } from './schema-table.js';
import { itemNamesIn } from './task-field-scopes.js';
import { isRecord, textAt, textsAt, valueAt, type SourceDocument } from './source-document.js';
import type { ToolFunctions } from './tool-functions.js';
import { createToolTable } from './tool-table.js';
import type { ProjectScope } from './workflow-scope.js';

/** The project file, checked by itself: enough to find its other files. */
export interface CheckedProject {
  readonly source: SourceDocument;
  readonly document: Partial<ProjectDocument>;
  readonly options: CheckOptions;
}

export interface ProjectParts {
  readonly workflows: readonly SourceDocument[];
  readonly autoloaded: {
    readonly files: readonly AutoloadedFile[];
    /** False when more was found, and could not be read. */
    readonly isComplete: boolean;
  };
  /** The `.env` file. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly functions: ToolFunctions;
}

export interface CompiledProject {
  readonly plans: ReadonlyMap<string, Plan>;
  /** Of the tasks in files of their own, by task id. */
  readonly tasks: ReadonlyMap<string, Plan>;
  readonly tools: Readonly<Record<string, ToolDefinition>>;
  readonly publicEnv: Readonly<Record<string, string>>;
  /** Everything that `.env` shows. */
  readonly env: Readonly<Record<string, string>>;
}

/** `strict: false` in the file makes unknown keys warnings, in every file. */
export function checkProjectDocument(source: SourceDocument, options: CheckOptions): CheckedProject {
  const relaxed = { ...options, lenient: options.lenient || valueAt(source.value, ['strict']) === false };
  checkDirectives(source, options.reporter);
  return { source, document: checkDocument(source, [], projectDocument, relaxed), options: relaxed };
}

/** Compiles every workflow. What comes out may be used when nothing was reported as an error. */
export function compileProject({ source, document, options }: CheckedProject, parts: ProjectParts): CompiledProject {
  const { reporter } = options;
  const schemas = createSchemaTable(reporter);
  schemas.add(source, ['schemas'], document.schemas);
  const tools = createToolTable(options);
  tools.add(source, ['tools'], document.tools, schemas);
  const memories = createMemoryTable(options);
  memories.add(source, ['memories'], document.memories);
  const env = textsAt(source, ['env']);
  const publicEnv = publicValues(source, document, { ...parts.secrets, ...literalEnv(env) }, options);
  const given = { ...parts.secrets, ...publicEnv };
  const shown = { ...given, ...derivedEnv(env, given) };
  const resources = checkResources(parts.autoloaded, source, parts.workflows, options);
  const callers = [...parts.workflows, ...resources.of('workflow').map((workflow) => workflow.source)];
  const templates: ToolTemplateScope = {
    // A tool of the project does not know the workflow that will call it.
    tasks: { ids: [], find: () => 'before', isNestedView: () => false, outputOf: () => undefined },
    input: undefined,
    envNames: new Set(Object.keys(shown)),
    publicEnv,
    locals: callers.flatMap(({ value }) => [...itemNamesIn(value)]),
  };
  checkToolTemplates(source, ['tools'], reporter, templates);
  const autoloadedTools = addResources(resources, schemas, tools, templates);
  checkOtherResources(resources, checkDefinitions(source, document, options));
  checkIgnoredOptions(source, ['config'], reporter);
  for (const key of [
    'tools',
    'agents',
    'mcps',
    'models',
    'memories',
    'embedders',
    'vector_dbs',
    'knowledge_bases',
    'env',
  ]) {
    visitTemplates(source, [key], reporter, undefined);
  }
  const project: ProjectScope = {
    name: document.name ?? '',
    ...(document.version === undefined ? {} : { version: textAt(source, ['version'])! }),
    ...(document.description === undefined ? {} : { description: textAt(source, ['description'])! }),
    config: document.config,
    env,
    publicEnv,
    envNames: templates.envNames,
    emptyEnv: new Set(Object.keys(shown).filter((name) => shown[name] === '')),
    tools,
    schemas,
    memories,
    webhookSlugs: new Map(),
    functions: parts.functions,
  };

  const plans = new Map<string, Plan>();
  const checkId = createIdCheck('workflow', reporter);
  for (const workflow of parts.workflows) {
    checkDirectives(workflow, reporter);
    const { id, plan } = compileWorkflow(workflow, project, options);
    if (id !== undefined && checkId(workflow, ['id'], id)) plans.set(id, plan);
  }
  for (const { source: workflow, id, options: own, trial } of resources.of('workflow')) {
    const { plan } = compileWorkflow(workflow, project, own);
    if (trial.end()) plans.set(id, plan);
    else {
      // A file that is left out takes no slug.
      for (const [slug, { file }] of project.webhookSlugs) {
        if (file === workflow.file) project.webhookSlugs.delete(slug);
      }
    }
  }
  const tasks = new Map<string, Plan>();
  for (const { source: task, id, options: own, trial } of resources.of('task')) {
    const plan = compileDirectTask(task, project, own);
    if (trial.end() && plan !== undefined) tasks.set(id, plan);
  }
  checkExported(source, document, autoloadedTools, parts, options);
  return { plans, tasks, tools: tools.all(), publicEnv, env: shown };
}

/** `public_env`: their values are part of the plan. Texts of `env:` blocks without templates stand in a file anyway. */
function publicValues(
  source: SourceDocument,
  document: Partial<ProjectDocument>,
  values: Readonly<Record<string, string>>,
  { reporter }: CheckOptions,
): Record<string, string> {
  const found: Record<string, string> = literalEnv(textsAt(source, ['env']));
  for (const [index, listed] of (document.public_env ?? []).entries()) {
    const name = String(listed);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) found[name] = value;
    else {
      reporter.report(source, 'env.unset', `"${name}" has no value in the .env file`, {
        path: ['public_env', index],
        severity: 'warning',
      });
    }
  }
  return found;
}

/** The result is the place of the default model. */
function checkDefinitions(
  source: SourceDocument,
  document: Partial<ProjectDocument>,
  options: CheckOptions,
): string | undefined {
  const { reporter } = options;
  const defaults = (document.models ?? []).flatMap((model, index) => (model?.default === true ? [index] : []));
  for (const index of defaults.slice(1)) {
    const { line } = source.valuePlace(['models', defaults[0]!, 'default']);
    const message = `Only one model can be the default; line ${line} has another`;
    reporter.report(source, 'value.conflict', message, { path: ['models', index, 'default'] });
  }
  const { task_execution_timeout_default: usual, task_execution_timeout_max: most } = document.runtime ?? {};
  if (typeof usual === 'number' && typeof most === 'number' && usual > most) {
    const path = ['runtime', 'task_execution_timeout_default'];
    reporter.report(source, 'value.conflict', 'The default time limit of tasks is above their maximum', { path });
  }
  const [first] = defaults;
  return first === undefined ? undefined : `${source.file}:${source.valuePlace(['models', first, 'default']).line}`;
}

/** A tool that is described and not exported fails when it is called, unless the worker is given the function. */
function checkExported(
  source: SourceDocument,
  document: Partial<ProjectDocument>,
  autoloaded: readonly Resource[],
  { functions }: ProjectParts,
  { reporter }: CheckOptions,
): void {
  for (const [index, tool] of (document.tools ?? []).entries()) {
    const id: unknown = isRecord(tool) ? tool['id'] : tool;
    if (typeof id !== 'string') continue;
    functions.checkDescribed(source, isRecord(tool) ? ['tools', index, 'id'] : ['tools', index], id, reporter);
  }
  for (const { source: file, id } of autoloaded) functions.checkDescribed(file, ['id'], id, reporter);
}
