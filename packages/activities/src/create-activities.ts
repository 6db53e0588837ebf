import type {
  BlobStore,
  EngineActivities,
  ExecuteTaskInput,
  MemoryOperations,
  ProjectSource,
  RunGateway,
  TaskActivities,
  ToolRunner,
} from '@compozy/core';
import { checkRunStart, createSchemaValidator, deriveExecId } from '@compozy/core/schema';
import { engineActivity } from './engine-activity.js';
import { createEngineWorks, NO_RUNS } from './engine-works.js';
import { executeTask, type ActivityWorks, type ExecutableType } from './execute-task/execute-task.js';
import type { RunStore } from './record-run.js';
import type { ToolLog } from './run-tool.js';
import { createProjectMask } from './secret-mask.js';

export interface ActivitiesOptions {
  readonly project: ProjectSource;
  readonly tools: ToolRunner;
  readonly blobs: BlobStore;
  /** How other runs are started and signalled; without it that fails with `Signal.NotConfigured`. */
  readonly runs?: RunGateway;
  /** For memory tasks, which fail with `Memory.NotConfigured` without it. */
  readonly memory?: MemoryOperations;
  /** Where runs are shown after they ended, and listed; without it they are not. */
  readonly store?: RunStore;
  /** For tools that set no `timeout`; 60,000 ms by default. */
  readonly toolTimeoutMs?: number;
  readonly onToolLog?: ToolLog;
}

/** The activities of the engine, and those for workflows of your own, to give to a Temporal worker. */
export function createActivities(options: ActivitiesOptions): EngineActivities & TaskActivities {
  const { project, tools, blobs, runs = NO_RUNS, memory, store, toolTimeoutMs = 60_000, onToolLog } = options;
  const validator = createSchemaValidator();
  const mask = createProjectMask(project);
  const works = createEngineWorks({
    project,
    tools,
    blobs,
    validator,
    mask,
    runs,
    memory,
    store,
    toolTimeoutMs,
    onToolLog,
  });
  const activity = <I, O>(work: Parameters<typeof engineActivity<I, O>>[1]) => engineActivity<I, O>(mask, work);
  const execute = (type: ExecutableType) =>
    activity((input: ExecuteTaskInput, run) => executeTask(type, input, run, { project, works, mask }));

  return {
    ...(Object.fromEntries(
      Object.entries(works).map(([name, work]) => [name, activity(work as ActivityWorks['runTool'])]),
    ) as unknown as EngineActivities),
    executeBasicTask: execute('basic'),
    executeRouterTask: execute('router'),
    executeAggregateTask: execute('aggregate'),
    executeSignalTask: execute('signal'),
    executeMemoryTask: execute('memory') as TaskActivities['executeMemoryTask'],
    triggerWorkflow: activity(async ({ workflowId, input = {}, initialTaskId, ...given }, { id }) => {
      checkRunStart(project, validator, { workflowId, input, initialTaskId });
      const workflowExecId = given.workflowExecId ?? deriveExecId(id);
      const { temporalWorkflowId, runId } = await runs.startRun({
        workflowId,
        workflowExecId,
        input,
        trigger: { type: 'task', source: id },
        ...(initialTaskId === undefined ? {} : { initialTaskId }),
      });
      return { workflowId, workflowExecId, temporalWorkflowId, ...(runId === undefined ? {} : { runId }) };
    }),
  };
}
