import type { Json, JsonObject } from '../model/json.js';
import type { ToolDefinition } from '../model/plan.js';
import type { Task, TaskBase, Transition } from '../model/task.js';
import { taskSchemaOf } from '../tasks/schemas.js';
import type { SubPath, TaskCompiler } from '../tasks/task-schema.js';
import { checkId, createIdCheck } from './check-ids.js';
import { checkTask, type CheckedTask, type TaskDocument } from './checked-task.js';
import { checkValue } from './check-document.js';
import { compilePolicy, durationMs, type PolicyLevel } from './compile-policy.js';
import { expressionPlaces } from './expression-places.js';
import { findMemory } from './find-memory.js';
import { findTool, type ToolChoice } from './find-tool.js';
import { refersToAny } from './template-scope.js';
import { taskFieldScopes } from './task-field-scopes.js';
import { textsAt } from './source-document.js';
import type { WorkflowScope } from './workflow-scope.js';

const MAX_DEPTH = 20;
const DEFAULT_ITERATIONS = 1_000;
/** Names that a collection gives to its children. */
const ITEM_NAMES = ['item', 'index'];

/** What a task gets from where it stands. */
export interface TaskPlace {
  readonly levels: readonly PolicyLevel[];
  /** Laid under the task's own `with`. */
  readonly with: JsonObject;
  readonly depth: number;
  readonly hasPredecessor: boolean;
}

/** The plan of a task, or `undefined` after reporting why there is none. */
export function compileTask(checked: CheckedTask, workflow: WorkflowScope, place: TaskPlace): Task | undefined {
  if (!checked.known) return undefined;
  return taskSchemaOf(checked.type).compile(checked.document, createCompiler(checked, workflow, place));
}

function createCompiler(checked: CheckedTask, workflow: WorkflowScope, place: TaskPlace): TaskCompiler {
  const { document: source, options } = workflow;
  const { path, document: task } = checked;
  const { reporter } = options;
  const levels = [...place.levels, { config: task.config, retries: task.retries }];
  const own = { ...place.with, ...(task.with as JsonObject | undefined) };
  // Whatever else is wrong with the task, its schemas are looked at.
  const input = workflow.schemas.resolve(source, [...path, 'input']);
  const output = workflow.schemas.resolve(source, [...path, 'output']);
  let choice: ToolChoice | undefined;

  const compiler: TaskCompiler = {
    report(code, message, { path: inner = [], at = 'value', ...rest } = {}) {
      const severity = code === 'key.ignored' ? 'warning' : 'error';
      reporter.report(source, code, message, { severity, ...rest, path: [...path, ...inner], at });
    },
    check(schema, value, name) {
      let ok = true;
      checkValue(value, schema, { name }, ({ code, message, ...rest }) => {
        ok = false;
        const inWith = (task.with as JsonObject | undefined)?.[name] !== undefined;
        reporter.report(source, code, message, { ...rest, path: [...path, ...(inWith ? ['with', name] : [name])] });
      });
      return ok;
    },
    with: own,
    base({ tool, with: given = own, calls = tool !== undefined } = {}) {
      const definition = tool === undefined ? undefined : workflow.tools[tool];
      return compileBase(checked, workflow, {
        levels,
        given: { ...definition?.with, ...given },
        definition,
        calls,
        input,
        output,
      });
    },
    hasExecutor: ({ tool, use, agent }) => tool !== undefined || use !== undefined || agent !== undefined,
    tool: () => (choice ??= findTool(checked, workflow)).key,
    memory: (ref) => findMemory(ref, checked, workflow),
    isTopLevel: place.depth === 1,
    child: (inner, { with: given = {}, defaultId }) => {
      const child = checkChild(checked, workflow, [...path, ...inner], place.depth + 1, { defaultId });
      const inside = { levels, with: given, depth: place.depth + 1, hasPredecessor: false };
      return child === undefined ? undefined : compileTask(child, workflow, inside);
    },
    children: (inner, count) =>
      compileList(checked, workflow, [...path, ...inner], count, { levels, with: {}, depth: place.depth + 1 }),
    sequence(inner, count, { with: given = {} }) {
      const around = sequenceOf(checked, [...path, ...inner]);
      workflow.addNested(around, checked);
      const inside = { levels, with: given, depth: place.depth + 2 };
      const tasks = compileList(around, workflow, around.path, count, inside);
      if (tasks === undefined) return undefined;
      return { ...compileBase(around, workflow, { levels, given: {} }), type: 'composite', tasks };
    },
    hasPredecessor: () => place.hasPredecessor,
    withoutLocals(values, names) {
      const locals = [...ITEM_NAMES, ...names];
      return Object.fromEntries(
        Object.entries(values).filter(([, value]) => !refersToAny(value, locals)),
      ) as JsonObject;
    },
  };
  return compiler;
}

interface ChildOptions {
  readonly checkUnique?: ReturnType<typeof createIdCheck>;
  readonly defaultId?: string | undefined;
}

/** What runs the tasks of a list for each item; its id becomes one for each item, as that of a single task does. */
function sequenceOf({ document: { id } }: CheckedTask, path: SubPath): CheckedTask {
  const own = id?.includes('{{') === true ? `${id}-{{ .index }}` : id;
  return { path, type: 'composite', document: own === undefined ? {} : { id: own }, known: true };
}

/** The tasks of the list at `path`, which run inside of `parent`. */
function compileList(
  parent: CheckedTask,
  workflow: WorkflowScope,
  path: SubPath,
  count: number,
  place: Omit<TaskPlace, 'hasPredecessor'>,
): readonly Task[] | undefined {
  const checkUnique = createIdCheck('task', workflow.options.reporter);
  const tasks: Task[] = [];
  for (let index = 0; index < count; index += 1) {
    const child = checkChild(parent, workflow, [...path, index], place.depth, { checkUnique });
    const hasPredecessor = index > 0 && parent.type === 'composite';
    const compiled = child === undefined ? undefined : compileTask(child, workflow, { ...place, hasPredecessor });
    if (compiled !== undefined) tasks.push(compiled);
  }
  return tasks.length === count ? tasks : undefined;
}

function checkChild(
  parent: CheckedTask,
  workflow: WorkflowScope,
  path: SubPath,
  depth: number,
  { checkUnique, defaultId }: ChildOptions = {},
): CheckedTask | undefined {
  const { document: source, options } = workflow;
  if (depth > MAX_DEPTH) {
    options.reporter.report(source, 'value.range', `Tasks nest deeper than ${MAX_DEPTH} levels`, {
      path,
      expected: `at most ${MAX_DEPTH} levels`,
    });
    return undefined;
  }
  const child = checkTask(source, path, options, defaultId);
  workflow.addNested(child, parent);
  const { id, on_success: onSuccess, on_error: onError } = child.document;
  const isTemplated = parent.type === 'collection' && id?.includes('{{') === true;
  if (id !== undefined && checkUnique !== undefined) checkUnique(source, [...path, 'id'], id);
  else if (id !== undefined && !isTemplated) checkId(source, [...path, 'id'], id, 'task', options.reporter);
  for (const [key, transition] of [
    ['on_success', onSuccess],
    ['on_error', onError],
  ] as const) {
    if (transition === undefined) continue;
    const message = `"${key}" has no effect here: the task around it decides what comes next`;
    options.reporter.report(source, 'key.ignored', message, { path: [...path, key], at: 'key', severity: 'warning' });
  }
  return child;
}

interface BaseOptions {
  readonly levels: readonly PolicyLevel[];
  readonly given: JsonObject;
  readonly definition?: ToolDefinition | undefined;
  /** It is one activity, which keeps the time limit. */
  readonly calls?: boolean;
  readonly input?: JsonObject | undefined;
  readonly output?: JsonObject | undefined;
}

function compileBase(
  checked: CheckedTask,
  workflow: WorkflowScope,
  { levels, given, definition, calls = false, input, output }: BaseOptions,
): TaskBase {
  const { path, document: task } = checked;
  const { document: source } = workflow;
  const scopes = taskFieldScopes(checked, []);
  const conditions = scopes.flatMap(([[key], { isCondition }]) => (isCondition ? [String(key)] : []));
  const fields = [...scopes.map(([field]) => field), ['id']];
  const expressions = expressionPlaces(source, path, fields, new Set(conditions));
  const timeoutMs = durationMs(task.timeout) || undefined;
  const sleepMs = durationMs(task.sleep) || undefined;
  const onSuccess = toTransition(task.on_success);
  const onError = toTransition(task.on_error);
  const policy = compilePolicy({
    levels,
    timeoutMs: calls ? timeoutMs : undefined,
    toolTimeoutMs: definition?.timeoutMs,
  });
  return {
    id: task.id ?? '',
    position: { file: source.file, ...source.valuePlace(path) },
    ...(expressions === undefined ? {} : { expressions }),
    ...(Object.keys(given).length === 0 ? {} : { with: given }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(task.outputs === undefined || task.outputs === null ? {} : { outputs: task.outputs as Json }),
    ...(task.env === undefined ? {} : { env: textsAt(source, [...path, 'env']) }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onError === undefined ? {} : { onError }),
    ...(sleepMs === undefined ? {} : { sleepMs }),
    ...(task.final === true ? { final: true as const } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    policy,
    maxIterations: task.max_iterations ?? DEFAULT_ITERATIONS,
  };
}

function toTransition(transition: TaskDocument['on_success']): Transition | undefined {
  if (transition === undefined) return undefined;
  return {
    ...(transition.next === undefined ? {} : { next: transition.next }),
    ...(transition.with === undefined ? {} : { with: transition.with as JsonObject }),
  };
}
