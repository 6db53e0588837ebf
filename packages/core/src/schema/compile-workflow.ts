import type { Json, JsonObject } from '../model/json.js';
import type { Plan, ToolDefinition } from '../model/plan.js';
import { isTemplate } from '../template/index.js';
import { checkFlow } from './check-flow.js';
import { checkIgnoredOptions, checkIgnoredWith } from './check-ignored.js';
import { createIdCheck } from './check-ids.js';
import { checkDocument, type CheckOptions } from './check-document.js';
import { compileSchedule } from './compile-schedule.js';
import { compileTriggers } from './compile-triggers.js';
import { checkTask, type CheckedTask } from './checked-task.js';
import { checkTemplates } from './check-templates.js';
import type { NestedTask } from './template-check.js';
import { expressionPlaces } from './expression-places.js';
import { literalEnv } from './env-values.js';
import { compileTask } from './compile-task.js';
import { createFlowGraph } from './flow-graph.js';
import { taskSchemaOf } from '../tasks/schemas.js';
import { textAt, textsAt, valueAt, type SourceDocument } from './source-document.js';
import { workflowDocument, type WorkflowDocument } from './workflow.js';
import type { ProjectScope, WorkflowScope } from './workflow-scope.js';

/** A workflow file, checked. The plan means something only when nothing of the project was reported as an error. */
export interface CompiledWorkflow {
  readonly id: string | undefined;
  readonly plan: Plan;
}

export function compileWorkflow(
  source: SourceDocument,
  project: ProjectScope,
  options: CheckOptions,
): CompiledWorkflow {
  const document = checkDocument(source, [], workflowDocument, options);
  const schemas = project.schemas.extend(options.reporter);
  schemas.add(source, ['schemas'], document.schemas);
  const toolTable = project.tools.extend(options);
  toolTable.add(source, ['tools'], document.tools, schemas);
  const memories = project.memories.extend();
  memories.add(source, ['memories'], document.memories);
  for (const path of [['agents']]) resolveInner(source, path, schemas);
  const input = inputSchema(source, document, schemas, options);

  const used: Record<string, ToolDefinition> = Object.assign(
    Object.create(null) as Record<string, never>,
    toolTable.all(),
  );
  const env = { ...textsAt(source, ['config', 'env']), ...textsAt(source, ['env']) };
  const publicEnv = { ...project.publicEnv, ...literalEnv(env) };
  const nested: NestedTask[] = [];
  const workflow: WorkflowScope = {
    project,
    document: source,
    options,
    schemas,
    memories,
    tools: used,
    toolsAreUncertain: toolTable.isUncertain,
    addTool: (key, tool) => void (used[key] = tool),
    addNested: (child, parent) => void nested.push({ child, parent }),
    hasProblemAt: (...paths) => paths.some((path) => valueAt(source.value, path) !== undefined),
  };

  checkIgnoredOptions(source, ['config'], options.reporter);
  const checked = checkTopLevel(source, document.tasks?.length ?? 0, options);
  if (document.tasks?.length === 0) {
    options.reporter.report(source, 'value.missing', 'A workflow needs at least one task', {
      path: ['tasks'],
      expected: 'a list of tasks',
    });
  }
  checkTaskIds(source, checked, options);
  for (const { path } of checked) checkIgnoredWith(source, path, options.reporter);
  const graph = createFlowGraph(checked);
  checkFlow(source, checked, graph, options);
  const levels = [{ config: project.config }, { config: document.config }];
  const tasks = checked.flatMap((task, index) => {
    const place = { levels, with: {}, depth: 1, hasPredecessor: graph.hasPredecessor(index) };
    return compileTask(task, workflow, place) ?? [];
  });
  checkTemplates({ workflow, tasks: checked, nested, graph, input, publicEnv });

  const schedule = compileSchedule(source, document.schedule, input, options.reporter);
  const { triggers, webhooks } = compileTriggers(
    source,
    document.triggers ?? [],
    schemas,
    { slugs: project.webhookSlugs, envNames: project.envNames, emptyEnv: project.emptyEnv, publicEnv },
    options.reporter,
  );
  const expressions = expressionPlaces(source, [], [['outputs']]);
  const plan: Plan = {
    semantics: 1,
    project: {
      name: project.name,
      ...(project.version === undefined ? {} : { version: project.version }),
      ...(project.description === undefined ? {} : { description: project.description }),
    },
    workflow: {
      id: document.id ?? '',
      ...(document.version === undefined ? {} : { version: textAt(source, ['version'])! }),
      ...(document.description === undefined ? {} : { description: textAt(source, ['description'])! }),
    },
    file: source.file,
    ...(input === undefined ? {} : { input }),
    tasks,
    inListOrder: graph.inListOrder,
    ...(document.outputs === undefined || document.outputs === null ? {} : { outputs: document.outputs as Json }),
    ...(expressions === undefined ? {} : { expressions }),
    env: { ...project.env, ...env },
    publicEnv,
    tools: { ...used },
    triggers,
    ...(webhooks.length === 0 ? {} : { webhooks }),
    ...(memories.ids().length === 0 ? {} : { memories: memories.all() }),
    ...(schedule === undefined ? {} : { schedule }),
  };
  return { id: document.id, plan };
}

/** D-2: `input:` at the top level of a workflow means what `config.input` means, with a warning. */
function inputSchema(
  source: SourceDocument,
  document: Partial<WorkflowDocument>,
  schemas: WorkflowScope['schemas'],
  { reporter }: CheckOptions,
): JsonObject | undefined {
  const outer = schemas.resolve(source, ['input']);
  const inner = schemas.resolve(source, ['config', 'input']);
  if (document.input !== undefined) {
    const isUsed = document.config?.input === undefined;
    const message = isUsed
      ? '"input" belongs under "config"; it is used as if it stood there'
      : '"input" has no effect beside "config.input"';
    reporter.report(source, 'key.ignored', message, {
      path: ['input'],
      at: 'key',
      severity: 'warning',
      expected: '"config.input"',
    });
  }
  return inner ?? outer;
}

/** Schemas of the actions of agents are checked although nothing runs them yet. */
function resolveInner(
  source: SourceDocument,
  path: readonly (string | number)[],
  schemas: WorkflowScope['schemas'],
): void {
  const value = valueAt(source.value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === 'input' || key === 'output') schemas.resolve(source, at);
    else if (key === 'actions' || Array.isArray(value)) resolveInner(source, at, schemas);
  }
}

/** The tasks of the list, and after them those that stand in place of an id: they are tasks of the workflow too. */
function checkTopLevel(source: SourceDocument, count: number, options: CheckOptions): readonly CheckedTask[] {
  const checked = Array.from({ length: count }, (_, index) => checkTask(source, ['tasks', index], options));
  for (const { path, type, document, known } of checked) {
    const inline = known ? (taskSchemaOf(type).inlineTasks?.(document) ?? []) : [];
    for (const inner of inline) checked.push(checkTask(source, [...path, ...inner], options));
  }
  return checked;
}

function checkTaskIds(source: SourceDocument, tasks: readonly CheckedTask[], options: CheckOptions): void {
  const check = createIdCheck('task', options.reporter);
  for (const { path, document } of tasks) {
    if (document.id === undefined) continue;
    const at = [...path, 'id'];
    if (isTemplate(document.id)) {
      const message = 'Only the task of a collection may have a template as its id';
      options.reporter.report(source, 'id.invalid', message, {
        path: at,
        expected: 'letters, digits, "_", "-" and "."',
      });
    } else check(source, at, document.id);
  }
}
