import {
  CompozyError,
  type BlobStore,
  type EngineActivities,
  type Json,
  type MemoryOperations,
  type ProjectSource,
  type RunGateway,
  type ToolRunner,
} from '@compozy/core';
import { inlineOrBlob, loadJson, storeJson } from '@compozy/core/blobs';
import { assembleOutputs, evaluateLateCondition, expandItems, renderLate, sendSignal } from '@compozy/core/late';
import { checkSchema, createSchemaValidator } from '@compozy/core/schema';
import { engineActivity } from './engine-activity.js';
import { getWorkflowData } from './get-workflow-data.js';
import { recordRun, toFirstRecording, type RunStore } from './record-run.js';
import { runItems } from './run-items.js';
import { runMemory } from './run-memory.js';
import { runTool, type ToolLog } from './run-tool.js';
import { createProjectMask } from './secret-mask.js';

export interface ActivitiesOptions {
  readonly project: ProjectSource;
  readonly tools: ToolRunner;
  readonly blobs: BlobStore;
  /** How signal tasks reach other runs; without it they fail with `Signal.NotConfigured`. */
  readonly runs?: RunGateway;
  /** For memory tasks, which fail with `Memory.NotConfigured` without it. */
  readonly memory?: MemoryOperations;
  /** Where runs are shown after they ended, and listed; without it they are not. */
  readonly store?: RunStore;
  /** For tools that set no `timeout`; 60,000 ms by default. */
  readonly toolTimeoutMs?: number;
  readonly onToolLog?: ToolLog;
}

function noRuns(): Promise<never> {
  const message = 'This worker cannot send signals: give "runs" to createActivities, or use createWorker';
  return Promise.reject(new CompozyError('Signal.NotConfigured', message));
}

const NO_RUNS: RunGateway = { startRun: noRuns, signalRun: noRuns };

/** The activities of the engine, to give to a Temporal worker. */
export function createActivities(options: ActivitiesOptions): EngineActivities {
  const { project, tools, blobs, store, runs = NO_RUNS } = options;
  const validator = createSchemaValidator();
  const secrets = () => project.secrets();
  const mask = createProjectMask(project);
  const activity = <I, O>(work: Parameters<typeof engineActivity<I, O>>[1]) => engineActivity<I, O>(mask, work);
  const toolOptions = {
    tools,
    blobs,
    validator,
    secrets,
    mask,
    toolTimeoutMs: options.toolTimeoutMs ?? 60_000,
    ...(options.onToolLog === undefined ? {} : { log: options.onToolLog }),
  };

  const memoryOptions = { memory: options.memory, blobs, validator, secrets, mask };

  return {
    getWorkflowData: activity(async (input) => {
      const data = await getWorkflowData(input, { project, blobs, validator });
      if (store === undefined || input.run === undefined) return data;
      await recordRun(toFirstRecording(input, input.run, data), store, mask());
      return { ...data, records: true };
    }),
    recordRun: activity((input) => recordRun(input, store, mask())),
    runTool: activity((input, run) => runTool(input, run, toolOptions)),
    runMemory: activity((input, run) => runMemory(input, run, memoryOptions)),
    runItems: activity((input, run) => runItems(input, run, toolOptions)),
    evaluateTemplates: activity(async (input, run) => {
      // What comes out of here becomes part of the history: no secret goes in. Public names are in the context.
      const rendered = await renderLate(input.value, { blobs, env: {}, at: input.at, seed: input.seed });
      const subject = `The output of task "${input.origin.taskKey}"`;
      checkSchema(validator, input.outputSchema, rendered, 'Output.Invalid', subject);
      return { output: await inlineOrBlob(blobs, mask().json(rendered)), attempt: run.attempt };
    }),
    evaluateCondition: activity(async ({ condition, context }, run) => ({
      output: await evaluateLateCondition(condition, context, blobs),
      attempt: run.attempt,
    })),
    sendSignal: activity(async (input, run) => {
      const plans = project.workflowIds().flatMap((id) => project.plan(id) ?? []);
      return { output: await sendSignal(input, { plans, blobs, validator, runs }), attempt: run.attempt };
    }),
    expandItems: activity((input) => expandItems(input, { blobs, env: {}, at: input.at, seed: input.seed })),
    storeValue: activity(({ value }) => storeJson(blobs, value)),
    loadValue: activity(({ ref }) => loadJson(blobs, ref) as Promise<Json>),
    assembleOutputs: activity((input) => assembleOutputs(input, blobs)),
  };
}
