import { CompozyError } from '../errors/compozy-error.js';
import type { Json } from '../model/json.js';
import { pointerTokens } from '../model/json-pointer.js';
import type { ChildOutcome, TaskScope } from '../tasks/task-behavior.js';
import type { RunActivityCommand } from './command.js';
import type { Draft } from './draft.js';
import { originOf } from './engine-command.js';
import { conditionContext, contextFor, evaluateInScope, evaluateLate } from './evaluate.js';
import { openWait, takeSignal } from './signals.js';
import { cancelNode, failNode, succeedNode } from './settle.js';
import type { TaskNode } from './state.js';

/** The effects that a behaviour has on behalf of one node. */
export function createScope(draft: Draft, key: string): TaskScope {
  const node = () => draft.node(key);
  const { context, plan } = draft;
  return {
    key,
    plan,
    get input() {
      return node().input;
    },
    get siblings() {
      return node().siblings;
    },
    get taskInput() {
      const { input, late } = node();
      if (late === undefined) return { value: input };
      const sources = late.map((pointer) => textAt(input, pointer));
      return { value: input, late, field: '/with', context: contextFor(draft, node(), sources) };
    },
    origin: originOf(draft, key),
    at: draft.at,
    seed: `${context.seed}/${key}`,
    correlationId: context.trigger.correlation_id ?? context.execId,

    data: () => node().data,
    setData: (data) => void draft.update(key, { data }),

    evaluate(value, extra, field = '') {
      const result = evaluateLate(draft, node(), value, extra, field);
      if (result.late === undefined) return result.value;
      const [pointer = ''] = result.late;
      throw new CompozyError(
        'Template.BadArgument',
        'The expression reads a value that the workflow cannot see, a secret or one in the blob store; leave that to a tool or to `outputs`',
        { details: { pointer: `${field}${pointer}`, expression: textAt(result.value, pointer) } },
      );
    },
    evaluateLate: (value, extra, field) => evaluateLate(draft, node(), value, extra, field),
    evaluateCondition: (source, extra) => evaluateInScope(draft, node(), source, extra),
    conditionContext: (source, extra) => conditionContext(draft, node(), source, extra),
    contextFor: (template) => contextFor(draft, node(), [template]),
    previousOutput: () => {
      const { previous } = node();
      return previous === undefined ? undefined : draft.nodes[previous]?.output;
    },

    runActivity(name, activity, input, { policy, summary, repeatable = true }) {
      const cancellable = node().parent !== null || activity !== 'runTool';
      const command = {
        kind: 'run-activity',
        key: `${key}/${name}`,
        activity,
        input,
        policy,
        summary,
        cancellable,
        repeatable,
      };
      draft.issue(key, name, command as RunActivityCommand);
    },
    setDeadline: (name, at) => draft.setDeadline(`${key}/${name}`, { node: key, name, at }),

    waitFor(name) {
      draft.update(key, { status: 'WAITING' });
      if (name !== undefined) openWait(draft, key, name);
    },
    takeSignal: () => takeSignal(draft, key),
    goTo: (status, id) => void draft.update(key, { goesTo: { status, id } }),

    enterChild({ suffix, ref, ...child }) {
      draft.work.push({
        kind: 'enter',
        ref: `${node().ref}/${ref}`,
        key: `${key}${suffix}`,
        parent: key,
        iteration: 1,
        ...child,
      });
    },
    cancelChild: (child) => cancelNode(draft, child),
    childOutcome: (child) => (draft.nodes[child] === undefined ? undefined : toOutcome(draft.node(child))),
    forgetChild: (child) => draft.forget(child),

    succeed: (output, extra) => succeedNode(draft, key, output, extra),
    fail: (failure, status, output) => failNode(draft, key, failure, status, output),
  };
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
