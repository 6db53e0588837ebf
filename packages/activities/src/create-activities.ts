import type { BlobStore, EngineActivities, Json, ProjectSource, ToolRunner } from '@compozy/core';
import { inlineOrBlob, loadJson, storeJson } from '@compozy/core/blobs';
import { assembleOutputs, expandItems, renderLate } from '@compozy/core/late';
import { createSchemaValidator } from '@compozy/core/schema';
import { checkSchema } from './check-schema.js';
import { engineActivity } from './engine-activity.js';
import { getWorkflowData } from './get-workflow-data.js';
import { runTool, type ToolLog } from './run-tool.js';
import { createSecretMask } from './secret-mask.js';

export interface ActivitiesOptions {
  readonly project: ProjectSource;
  readonly tools: ToolRunner;
  readonly blobs: BlobStore;
  /** For tools that set no `timeout`; 60,000 ms by default. */
  readonly toolTimeoutMs?: number;
  readonly onToolLog?: ToolLog;
}

/** The activities of the engine, to give to a Temporal worker. */
export function createActivities(options: ActivitiesOptions): EngineActivities {
  const { project, tools, blobs } = options;
  const validator = createSchemaValidator();
  const secrets = () => project.secrets();
  let masked: Readonly<Record<string, string>> | undefined;
  let currentMask = createSecretMask({});
  const mask = () => {
    const now = secrets();
    if (now !== masked) {
      masked = now;
      const shown = project.publicNames();
      currentMask = createSecretMask(Object.fromEntries(Object.entries(now).filter(([name]) => !shown.has(name))));
    }
    return currentMask;
  };
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

  return {
    getWorkflowData: activity((input) => getWorkflowData(input, { project, blobs, validator })),
    runTool: activity((input, run) => runTool(input, run, toolOptions)),
    evaluateTemplates: activity(async (input, run) => {
      const rendered = await renderLate(input.value, { blobs, env: secrets(), at: input.at, seed: input.seed });
      const subject = `The output of task "${input.origin.taskKey}"`;
      checkSchema(validator, input.outputSchema, rendered, 'Output.Invalid', subject);
      return { output: await inlineOrBlob(blobs, mask().json(rendered)), attempt: run.attempt };
    }),
    expandItems: activity((input) => expandItems(input, { blobs, env: {}, at: input.at, seed: input.seed })),
    storeValue: activity(({ value }) => storeJson(blobs, value)),
    loadValue: activity(({ ref }) => loadJson(blobs, ref) as Promise<Json>),
    assembleOutputs: activity((input) => assembleOutputs(input, blobs)),
  };
}
