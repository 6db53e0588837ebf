import {
  CompozyError,
  type BlobStore,
  type MemoryOperations,
  type ProjectSource,
  type RunGateway,
  type ToolRunner,
} from '@compozy/core';
import { inlineOrBlob, loadJson, storeJson } from '@compozy/core/blobs';
import { assembleOutputs, evaluateLateCondition, expandItems, renderLate, sendSignal } from '@compozy/core/late';
import { checkSchema, type SchemaValidator } from '@compozy/core/schema';
import type { ActivityWorks } from './execute-task/execute-task.js';
import { getWorkflowData } from './get-workflow-data.js';
import { recordRun, toFirstRecording, type RunStore } from './record-run.js';
import { runItems } from './run-items.js';
import { runMemory } from './run-memory.js';
import { runTool, type ToolLog } from './run-tool.js';
import type { SecretMask } from './secret-mask.js';

export interface EngineWorkOptions {
  readonly project: ProjectSource;
  readonly tools: ToolRunner;
  readonly blobs: BlobStore;
  readonly validator: SchemaValidator;
  readonly mask: () => SecretMask;
  readonly runs: RunGateway;
  readonly memory: MemoryOperations | undefined;
  readonly store: RunStore | undefined;
  readonly toolTimeoutMs: number;
  readonly onToolLog: ToolLog | undefined;
}

/** What each activity of the engine does, by its name. */
export function createEngineWorks(options: EngineWorkOptions): ActivityWorks {
  const { project, tools, blobs, validator, mask, runs, memory, store, toolTimeoutMs, onToolLog } = options;
  const secrets = () => project.secrets();
  const log = onToolLog === undefined ? {} : { log: onToolLog };
  const toolOptions = { tools, blobs, validator, secrets, mask, toolTimeoutMs, ...log };
  const memoryOptions = { memory, blobs, validator, secrets, mask };

  return {
    async getWorkflowData(input) {
      const data = await getWorkflowData(input, { project, blobs, validator });
      if (store === undefined || input.run === undefined) return data;
      const recorded = await recordRun(toFirstRecording(input, input.run, data), store, mask());
      // Its tasks would be written over those of the run that has the row.
      return recorded === 'of-another-run' ? data : { ...data, records: true };
    },
    recordRun: async (input) => ({ recorded: (await recordRun(input, store, mask())) === 'recorded' }),
    runTool: (input, run) => runTool(input, run, toolOptions),
    runMemory: (input, run) => runMemory(input, run, memoryOptions),
    runItems: (input, run) => runItems(input, run, toolOptions),
    async evaluateTemplates(input, run) {
      // What comes out of here becomes part of the history: no secret goes in. Public names are in the context.
      const rendered = await renderLate(input.value, { blobs, env: {}, at: input.at, seed: input.seed });
      const subject = `The output of task "${input.origin.taskKey}"`;
      checkSchema(validator, input.outputSchema, rendered, 'Output.Invalid', subject);
      return { output: await inlineOrBlob(blobs, mask().json(rendered)), attempt: run.attempt };
    },
    evaluateCondition: async ({ condition, context }, run) => ({
      output: await evaluateLateCondition(condition, context, blobs),
      attempt: run.attempt,
    }),
    async sendSignal(input, run) {
      const plans = project.workflowIds().flatMap((id) => project.plan(id) ?? []);
      return { output: await sendSignal(input, { plans, blobs, validator, runs }), attempt: run.attempt };
    },
    expandItems: (input) => expandItems(input, { blobs, env: {}, at: input.at, seed: input.seed }),
    storeValue: ({ value }) => storeJson(blobs, value),
    loadValue: ({ ref }) => loadJson(blobs, ref),
    assembleOutputs: (input) => assembleOutputs(input, blobs),
  };
}

function noRuns(): Promise<never> {
  const message = 'This worker cannot reach other runs: give "runs" to createActivities, or use createWorker';
  return Promise.reject(new CompozyError('Signal.NotConfigured', message));
}

/** For a worker that was given no way to other runs. */
export const NO_RUNS: RunGateway = { startRun: noRuns, signalRun: noRuns };
