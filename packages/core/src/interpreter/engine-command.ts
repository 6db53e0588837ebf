import type { Json, JsonObject } from '../model/json.js';
import { LOCAL_POLICY } from '../model/policy.js';
import type { ActivityOrigin } from '../protocol/activities.js';
import type { LateValue } from '../protocol/late-value.js';
import type { RunActivityCommand } from './command.js';
import type { Draft } from './draft.js';

/** What the engine asks for on its own account: beside the workflow task, and of no use to take back. */
const LOCAL = { kind: 'run-activity', policy: LOCAL_POLICY, cancellable: false, repeatable: true } as const;

export function originOf({ context }: Draft, taskKey: string): ActivityOrigin {
  return { project: context.project, workflowId: context.workflowId, execId: context.execId, taskKey };
}

/** Evaluates what the workflow may not. */
export function evaluateCommand(
  draft: Draft,
  options: {
    readonly key: string;
    readonly taskKey: string;
    readonly value: LateValue;
    readonly outputSchema?: JsonObject | undefined;
    /** Ends the seed of its randomness. */
    readonly seed: string;
    readonly summary: string;
  },
): RunActivityCommand {
  const { key, taskKey, value, outputSchema, summary } = options;
  return {
    ...LOCAL,
    key,
    activity: 'evaluateTemplates',
    input: {
      origin: originOf(draft, taskKey),
      value,
      ...(outputSchema === undefined ? {} : { outputSchema }),
      at: draft.at,
      seed: `${draft.context.seed}/${options.seed}`,
    },
    summary,
  };
}

/** Puts a value that is too large for the state into the blob store. */
export function storeCommand(key: string, value: Json, summary: string): RunActivityCommand {
  return { ...LOCAL, key, activity: 'storeValue', input: { value }, summary };
}
