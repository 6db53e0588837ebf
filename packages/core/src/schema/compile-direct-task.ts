import { directRunId } from '../protocol/direct-run.js';
import type { JsonObject } from '../model/json.js';
import type { Plan, ToolDefinition } from '../model/plan.js';
import type { Task } from '../model/task.js';
import { taskSchemaOf } from '../tasks/schemas.js';
import type { CheckOptions } from './check-document.js';
import { checkTask, type CheckedTask } from './checked-task.js';
import { checkTemplates } from './check-templates.js';
import { compileTask } from './compile-task.js';
import { directInputSchema } from './direct-input-schema.js';
import { createFlowGraph } from './flow-graph.js';
import type { Reporter } from './reporter.js';
import { textAt, valueAt, type SourceDocument } from './source-document.js';
import type { NestedTask } from './template-check.js';
import type { ProjectScope, WorkflowScope } from './workflow-scope.js';

/**
 * The plan of the task that the file `source` is, to run alone. `undefined` after reporting why there is none; what
 * comes out may be used when nothing of the file was reported as an error. A task that asks for what this version does
 * not run yet is warned of: nothing but a run of its own needs it.
 */
export function compileDirectTask(
  source: SourceDocument,
  project: ProjectScope,
  given: CheckOptions,
): Plan | undefined {
  const { reporter, hasUnsupported } = withoutUnsupported(given.reporter);
  const options = { ...given, reporter };
  const used: Record<string, ToolDefinition> = Object.assign(
    Object.create(null) as Record<string, never>,
    project.tools.all(),
  );
  const nested: NestedTask[] = [];
  const scope: WorkflowScope = {
    project,
    document: source,
    options,
    schemas: project.schemas.extend(options.reporter),
    memories: project.memories,
    tools: used,
    toolsAreUncertain: project.tools.isUncertain,
    addTool: (key, tool) => void (used[key] = tool),
    addNested: (child, parent) => void nested.push({ child, parent }),
    hasProblemAt: (...paths) => paths.some((path) => valueAt(source.value, path) !== undefined),
  };
  const checked = checkTask(source, [], options);
  warnOfIgnored(source, checked, options);
  const place = { levels: [{ config: project.config }], with: {}, depth: 1, hasPredecessor: false };
  const compiled = compileTask(checked, scope, place);
  const input = compiled === undefined ? undefined : inputOf(compiled, used);
  const { publicEnv } = project;
  const graph = createFlowGraph([checked]);
  checkTemplates({ workflow: scope, tasks: [checked], nested, graph, input, publicEnv, isAlone: true });
  if (compiled === undefined || hasUnsupported()) return undefined;
  const { onSuccess: _onSuccess, onError: _onError, ...task } = compiled;
  const description = textAt(source, ['description']);
  return {
    semantics: 1,
    project: {
      name: project.name,
      ...(project.version === undefined ? {} : { version: project.version }),
      ...(project.description === undefined ? {} : { description: project.description }),
    },
    direct: 'task',
    workflow: { id: directRunId('task', task.id), ...(description === undefined ? {} : { description }) },
    file: source.file,
    ...(input === undefined ? {} : { input }),
    tasks: [task as Task],
    inListOrder: false,
    env: { ...project.env },
    publicEnv,
    tools: { ...used },
    triggers: [],
    ...(project.memories.ids().length === 0 ? {} : { memories: project.memories.all() }),
  };
}

/** The schema of the task; where it has none, that of the tool which gets the same values. */
function inputOf(task: Task, tools: Readonly<Record<string, ToolDefinition>>): JsonObject | undefined {
  const schema = task.input ?? (task.type === 'basic' ? tools[task.tool]?.input : undefined);
  return schema === undefined ? undefined : directInputSchema(schema, Object.keys(task.with ?? {}));
}

/** Nothing comes after a task that runs alone. */
function warnOfIgnored(
  source: SourceDocument,
  { path, document, type, known }: CheckedTask,
  options: CheckOptions,
): void {
  const ignored = ['on_success', 'on_error', 'on_timeout'].map((key) => [key]);
  const inline = known ? (taskSchemaOf(type).inlineTasks?.(document) ?? []) : [];
  for (const at of [...ignored, ...inline]) {
    const value = valueAt(source.value, [...path, ...at]);
    if (value === undefined || value === null) continue;
    const message = `"${String(at.at(-1))}" has no effect here: the task runs alone, and nothing comes after it`;
    options.reporter.report(source, 'key.ignored', message, { path: [...path, ...at], at: 'key', severity: 'warning' });
  }
}

function withoutUnsupported(outer: Reporter): { readonly reporter: Reporter; readonly hasUnsupported: () => boolean } {
  let found = false;
  const reporter: Reporter = {
    open: (file) => outer.open(file),
    diagnostics: () => outer.diagnostics(),
    get errors() {
      return outer.errors;
    },
    report(target, code, message, options) {
      if (code !== 'feature.unsupported') return outer.report(target, code, message, options);
      found = true;
      const why = `${message}, so this task cannot be run`;
      outer.report(target, code, why, { ...options, severity: 'warning' });
    },
  };
  return { reporter, hasUnsupported: () => found };
}
