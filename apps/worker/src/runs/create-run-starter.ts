import { createPatience } from '@compozy/activities';
import {
  CompozyError,
  isExecId,
  runnableName,
  type Json,
  type ProjectSource,
  type RunGateway,
  type Store,
} from '@compozy/core';
import { checkRunStart, createSchemaValidator, deriveExecId } from '@compozy/core/schema';
import type { TriggerOptions } from '../worker-options.js';
import { createExecId } from './exec-id.js';

export interface RunStarterOptions {
  readonly project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds' | 'taskIds'>;
  readonly runs: Pick<RunGateway, 'startRun'>;
  /** Knows which execution ids other workflows have. */
  readonly store: Pick<Store, 'workflows'> | undefined;
}

export interface StartedRun {
  readonly workflowId: string;
  readonly workflowExecId: string;
  /** Undefined for one that was there already. */
  readonly runId: string | undefined;
}

const STORE_PATIENCE_MS = 3_000;

/**
 * Starts runs of workflows and of tasks alone, after a look at everything that the engine would refuse.
 *
 * The function throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid`; `Run.Exists` where the execution
 * id is taken.
 */
export function createRunStarter({ project, runs, store }: RunStarterOptions) {
  const validator = createSchemaValidator();
  const patience = createPatience({ longMs: STORE_PATIENCE_MS });

  /** Temporal finds only runs of the same workflow. A store that is down, or hangs, refuses nobody. */
  async function checkOwner(workflowId: string, workflowExecId: string): Promise<void> {
    const asked = store?.workflows.get(workflowExecId);
    const row = asked === undefined ? undefined : await patience.wait(asked).catch(() => undefined);
    if (row === undefined || (row.project === project.name && row.workflowId === workflowId)) return;
    const message = `Execution "${workflowExecId}" exists already, of another workflow; choose another id`;
    throw new CompozyError('Run.Exists', message, { details: { workflow_exec_id: workflowExecId } });
  }

  return async (workflowId: string, input: Json, options: TriggerOptions): Promise<StartedRun> => {
    const { initialTaskId, idempotencyKey, trigger = { type: 'api' } } = options;
    const { existing = idempotencyKey === undefined ? 'refuse' : 'join' } = options;
    checkRunStart(project, validator, { workflowId, input, initialTaskId });
    const derivedId = () =>
      idempotencyKey === undefined
        ? createExecId()
        : deriveExecId(`start:${project.name}\n${workflowId}\n${idempotencyKey}`);
    const workflowExecId = options.workflowExecId ?? derivedId();
    if (!isExecId(workflowExecId)) {
      const rule = 'An execution id has 1 to 200 characters, no white space and no control characters among them';
      throw new CompozyError('Input.Invalid', rule, { details: { workflow_exec_id: workflowExecId } });
    }
    // Who joins has made the id himself, of the workflow or at random.
    if (options.workflowExecId !== undefined && existing === 'refuse') await checkOwner(workflowId, workflowExecId);
    const { runId } = await runs.startRun({
      workflowId,
      workflowExecId,
      input,
      trigger,
      ...(initialTaskId === undefined ? {} : { initialTaskId }),
    });
    if (runId !== undefined || existing === 'join') return { workflowId, workflowExecId, runId };
    const message = `Execution "${workflowExecId}" of ${runnableName(workflowId)} exists already`;
    throw new CompozyError('Run.Exists', message, { details: { workflow_exec_id: workflowExecId } });
  };
}
