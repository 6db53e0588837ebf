import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { pointerTokens } from '../model/json-pointer.js';
import type { Plan } from '../model/plan.js';
import type { ActivityOrigin } from '../protocol/activities.js';
import type { LateValue } from '../protocol/late-value.js';
import type { ChildOutcome, NewChild, RecordedChild, TaskScope } from '../tasks/task-behavior.js';
import type { RunActivityCommand } from './command.js';
import type { Draft } from './draft.js';
import { originOf } from './engine-command.js';
import { conditionContext, contextFor, evaluateInScope, evaluateLate } from './evaluate.js';
import { openWait, takeSignal } from './signals.js';
import { cancelNode, failNode, succeedNode, withdrawActivity } from './settle.js';
import type { TaskNode } from './state.js';
import { childContext, recordChild } from './unentered-child.js';

/** The effects that a behaviour has on behalf of one node. */
export function createScope(draft: Draft, key: string): TaskScope {
  return new NodeScope(draft, key);
}

/** A class, because there is a scope for each event of each task and closures would be made anew for each. */
class NodeScope implements TaskScope {
  readonly key: string;
  readonly plan: Plan;
  readonly input: Json;
  readonly siblings: number;
  readonly at: number;
  readonly seed: string;
  readonly correlationId: string;
  readonly #draft: Draft;

  constructor(draft: Draft, key: string) {
    const { context, plan } = draft;
    const { input, siblings } = draft.node(key);
    this.key = key;
    this.plan = plan;
    this.input = input;
    this.siblings = siblings;
    this.at = draft.at;
    this.seed = `${context.seed}/${key}`;
    this.correlationId = context.trigger.correlation_id ?? context.execId;
    this.#draft = draft;
  }

  get origin(): ActivityOrigin {
    return originOf(this.#draft, this.key);
  }

  get taskInput(): LateValue {
    const { input } = this;
    const { late } = this.#node;
    if (late === undefined) return { value: input };
    const sources = late.map((pointer) => textAt(input, pointer));
    return { value: input, late, field: '/with', context: contextFor(this.#draft, this.#node, sources) };
  }

  get #node(): TaskNode {
    return this.#draft.node(this.key);
  }

  data(): Json | undefined {
    return this.#node.data;
  }

  setData(data: Json): void {
    this.#draft.update(this.key, { data });
  }

  evaluate(...[value, extra, field = '']: Parameters<TaskScope['evaluate']>): Json {
    const result = evaluateLate(this.#draft, this.#node, value, extra, field);
    if (result.late === undefined) return result.value;
    const [pointer = ''] = result.late;
    throw new CompozyError(
      'Template.BadArgument',
      'The expression reads a value that the workflow cannot see, a secret or one in the blob store; leave that to a tool or to `outputs`',
      { details: { pointer: `${field}${pointer}`, expression: textAt(result.value, pointer) } },
    );
  }

  evaluateLate(...[value, extra, field]: Parameters<TaskScope['evaluateLate']>): LateValue {
    return evaluateLate(this.#draft, this.#node, value, extra, field);
  }

  evaluateCondition(source: string, extra?: JsonObject): Json {
    return evaluateInScope(this.#draft, this.#node, source, extra);
  }

  conditionContext(source: string, extra?: JsonObject): JsonObject {
    return conditionContext(this.#draft, this.#node, source, extra);
  }

  contextFor(template: string): JsonObject {
    return contextFor(this.#draft, this.#node, [template]);
  }

  childContext(ref: string, templates: readonly string[]): JsonObject {
    return childContext(this.#draft, this.key, ref, templates);
  }

  previousOutput(): Json | undefined {
    const { previous } = this.#node;
    return previous === undefined ? undefined : this.#draft.nodes[previous]?.output;
  }

  runActivity(...[name, activity, input, options]: Parameters<TaskScope['runActivity']>): void {
    const { policy, summary, repeatable = true } = options;
    const cancellable = this.#node.parent !== null || activity !== 'runTool';
    const command = {
      kind: 'run-activity',
      key: `${this.key}/${name}`,
      activity,
      input,
      policy,
      summary,
      cancellable,
      repeatable,
    };
    this.#draft.issue(this.key, name, command as RunActivityCommand);
  }

  withdrawActivity(name: string): void {
    withdrawActivity(this.#draft, this.key, name);
  }

  setDeadline(name: string, at: number): void {
    this.#draft.setDeadline(`${this.key}/${name}`, { node: this.key, name, at });
  }

  unlessPaused(name: string): void {
    this.#draft.work.push({ kind: 'deadline', deadline: { node: this.key, name, at: this.at } });
  }

  waitFor(name?: string): void {
    this.#draft.update(this.key, { status: 'WAITING' });
    if (name !== undefined) openWait(this.#draft, this.key, name);
  }

  takeSignal(): JsonObject | undefined {
    return takeSignal(this.#draft, this.key);
  }

  goTo(...[status, id]: Parameters<TaskScope['goTo']>): void {
    this.#draft.update(this.key, { goesTo: { status, id } });
  }

  enterChild({ suffix, ref, ...child }: NewChild): void {
    this.#draft.work.push({
      kind: 'enter',
      ref: `${this.#node.ref}/${ref}`,
      key: `${this.key}${suffix}`,
      parent: this.key,
      iteration: 1,
      ...child,
    });
  }

  cancelChild(child: string): void {
    cancelNode(this.#draft, child);
  }

  childOutcome(child: string): ChildOutcome | undefined {
    const node = this.#draft.nodes[child];
    return node === undefined ? undefined : toOutcome(node);
  }

  forgetChild(child: string): void {
    this.#draft.forget(child);
  }

  recordChild(child: RecordedChild): void {
    recordChild(this.#draft, this.key, child);
  }

  succeed(output: Json, extra?: JsonObject): void {
    succeedNode(this.#draft, this.key, output, extra);
  }

  fail(...[failure, status, output]: Parameters<TaskScope['fail']>): void {
    failNode(this.#draft, this.key, failure, status, output);
  }
}

export function toOutcome(node: TaskNode): ChildOutcome {
  const outcome = { key: node.key, id: node.id, status: node.status, output: node.output ?? null };
  return {
    ...outcome,
    ...(node.error === undefined ? {} : { error: node.error }),
    ...(node.locals === undefined ? {} : { locals: node.locals }),
  };
}

function textAt(value: Json, pointer: string): string {
  let part: Json = value;
  for (const name of pointerTokens(pointer)) part = (part as Record<string, Json>)[name] ?? null;
  return part as string;
}
