import { toErrorView } from '../errors/failure.js';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { isBlobRef } from '../ports/blob-store.js';
import { parseTemplate, templateReferences } from '../template/index.js';
import { taskAt } from '../tasks/behaviors.js';
import type { Draft } from './draft.js';
import { outputView } from './nested-output.js';
import type { RunContext, TaskNode } from './state.js';

/** Stands for `.env`: reading a name that is not public makes the expression a late one. */
export const SECRET_ENV = { $env: true } as const;

export function isOpaque(value: object): boolean {
  return value === SECRET_ENV || isBlobRef(value);
}

/** The data of an expression (D-16): lazily built, so that a template pays for what it reads. */
export function templateContext(draft: Draft, node: TaskNode | undefined, extra: JsonObject = {}): JsonObject {
  const { context, plan } = draft;
  const task = node === undefined ? undefined : taskAt(plan.tasks, node.ref);
  const base: Record<string, unknown> = {
    workflow: {
      id: context.workflowId,
      exec_id: context.execId,
      input: context.input,
      output: draft.fields.output ?? null,
      status: draft.fields.ended ? draft.fields.status : 'RUNNING',
    },
    tasks: tasksView(draft, node),
    input: node === undefined ? context.input : node.input,
    output: null,
    env: SECRET_ENV,
    trigger: triggerView(context),
    payload: context.trigger.payload ?? null,
    project: { id: plan.project.name, ...plan.project },
    tools: plan.tools,
    agents: {},
  };
  if (node !== undefined && task !== undefined) {
    base['with'] = node.input;
    base['task'] = { id: node.id, type: task.type };
    Object.assign(base, inheritedLocals(draft, node));
    if (draft.latest[node.key] === undefined) base['children'] = {};
    else lazy(base, 'children', () => childrenView(draft, node));
    if (node.parent !== null) lazy(base, 'parent', () => parentView(draft, draft.node(node.parent!)));
  } else {
    base['status'] = draft.fields.status;
    base['workflow_id'] = context.workflowId;
    base['workflow_exec_id'] = context.execId;
  }
  return Object.assign(base, extra) as JsonObject;
}

const LAZY_MEMBERS: ReadonlySet<string> = new Set(['children', 'parent']);

/** The variables of a condition (D-17): those of a template, and every other name that the language has, as null. */
export function conditionData(draft: Draft, node: TaskNode, extra: JsonObject = {}): JsonObject {
  const context = templateContext(draft, node, extra) as Record<string, unknown>;
  const data: Record<string, unknown> = {
    item: null,
    index: null,
    parent: null,
    signal: null,
    processor: null,
    headers: {},
    query: {},
  };
  for (const name of Object.keys(context)) {
    // What is made when it is read stays so.
    if (LAZY_MEMBERS.has(name)) Object.defineProperty(data, name, Object.getOwnPropertyDescriptor(context, name)!);
    else data[name] = context[name];
  }
  data['env'] = draft.plan.publicEnv;
  data['current'] = data['item'] ?? null;
  return data as JsonObject;
}

/** The part of `context` that the expressions in `sources` refer to. */
export function referencedContext(sources: readonly string[], context: JsonObject): JsonObject {
  const paths = sources.flatMap((source) => templateReferences(parseTemplate(source)).map(({ path }) => path));
  return pickPaths(
    paths.filter(([root]) => root !== 'env'),
    context,
  );
}

/** The part of `context` at `paths`; an empty path is all of it but `.env`. */
export function pickPaths(paths: readonly (readonly string[])[], context: JsonObject): JsonObject {
  const picked: Record<string, Json> = {};
  for (const path of paths) {
    if (path.length === 0) {
      for (const root of Object.keys(context)) if (root !== 'env') picked[root] = toPlain(context[root] ?? null);
    } else pick(picked, context, path);
  }
  return picked;
}

/** A copy without the lazy members that views have. */
export function toPlain(value: Json): Json {
  return value === null || typeof value !== 'object' ? value : (JSON.parse(JSON.stringify(value)) as Json);
}

function pick(into: Record<string, Json>, from: JsonObject, path: readonly string[]): void {
  const [head, ...rest] = path as [string, ...string[]];
  const value = from[head];
  if (value === undefined) return;
  if (rest.length === 0 || !isJsonObject(value) || isBlobRef(value)) {
    into[head] = toPlain(value);
    return;
  }
  const existing = into[head];
  const target: Record<string, Json> = isJsonObject(existing) ? { ...existing } : {};
  pick(target, value, rest);
  into[head] = target;
}

/** Every run has every name (D-16), so that an expression need not know how it was started. */
function triggerView({ trigger, execId }: RunContext): JsonObject {
  const { type, name = null, payload = null, correlation_id: correlation = execId, source = null } = trigger;
  const { event_id: eventId = null } = trigger;
  return { type, name, payload, correlation_id: correlation, source, event_id: eventId };
}

function inheritedLocals(draft: Draft, node: TaskNode): JsonObject {
  const above = node.parent === null ? {} : inheritedLocals(draft, draft.node(node.parent));
  return node.locals === undefined ? above : { ...above, ...node.locals };
}

/** `.tasks`: the nearest scope wins, then whatever ran inside other tasks, newest last. */
function tasksView(draft: Draft, node: TaskNode | undefined): object {
  return new Proxy({}, new TasksHandler(draft, node));
}

/** A class, because there is a view for each evaluation and closures would be made anew for each. */
class TasksHandler implements ProxyHandler<object> {
  readonly #draft: Draft;
  readonly #node: TaskNode | undefined;

  constructor(draft: Draft, node: TaskNode | undefined) {
    this.#draft = draft;
    this.#node = node;
  }

  get(_target: object, id: string | symbol): unknown {
    const key = typeof id === 'string' ? this.#find(id) : undefined;
    return key === undefined ? undefined : taskView(this.#draft, this.#draft.node(key));
  }

  has(_target: object, id: string | symbol): boolean {
    return typeof id === 'string' && this.#find(id) !== undefined;
  }

  ownKeys(): string[] {
    return [...new Set(Object.values(this.#draft.latest).flatMap((scope) => Object.keys(scope)))];
  }

  getOwnPropertyDescriptor(target: object, id: string | symbol): PropertyDescriptor | undefined {
    const value = this.get(target, id);
    return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: false };
  }

  #find(id: string): string | undefined {
    const draft = this.#draft;
    let scope: string | null = this.#node === undefined ? null : this.#node.parent;
    for (;;) {
      const key = ownKey(draft.latest[scope ?? ''], id);
      if (key !== undefined) return key;
      if (scope === null) break;
      scope = draft.node(scope).parent;
    }
    for (const scopeKey of Object.keys(draft.latest).toReversed()) {
      const key = ownKey(draft.latest[scopeKey], id);
      if (key !== undefined) return key;
    }
    return undefined;
  }
}

function ownKey(scope: Readonly<Record<string, string>> | undefined, id: string): string | undefined {
  return scope !== undefined && Object.hasOwn(scope, id) ? scope[id] : undefined;
}

function taskView(draft: Draft, node: TaskNode): object {
  const view: Record<string, unknown> = {
    id: node.id,
    status: node.status,
    input: node.input,
    output: outputView(draft, node),
  };
  if (node.error !== undefined) view['error'] = { ...toErrorView(node.error), Message: node.error.message };
  if (draft.latest[node.key] !== undefined) lazy(view, 'children', () => childrenView(draft, node));
  return view;
}

function childrenView(draft: Draft, node: TaskNode): object {
  const children: Record<string, unknown> = {};
  for (const [id, key] of Object.entries(draft.latest[node.key] ?? {})) {
    lazy(children, id, () => taskView(draft, draft.node(key)));
  }
  return children;
}

function parentView(draft: Draft, node: TaskNode): object {
  const task = taskAt(draft.plan.tasks, node.ref);
  const view: Record<string, unknown> = {
    id: node.id,
    type: task.type,
    with: node.input,
    input: node.input,
    output: node.output ?? null,
    status: node.status,
    env: SECRET_ENV,
  };
  if (node.parent !== null) lazy(view, 'parent', () => parentView(draft, draft.node(node.parent!)));
  return view;
}

function lazy(target: Record<string, unknown>, name: string, make: () => object): void {
  let made: object | undefined;
  Object.defineProperty(target, name, { enumerable: true, configurable: true, get: () => (made ??= make()) });
}
