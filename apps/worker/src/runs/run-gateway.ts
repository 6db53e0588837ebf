import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import {
  CompozyError,
  GENERIC_WORKFLOW_TYPE,
  parseDirectRunId,
  runnableIds,
  SEARCH_ATTRIBUTES,
  type BlobStore,
  type Json,
  type ProjectSource,
  type RunGateway,
  type RunInput,
  type SignalEnvelope,
} from '@compozy/core';
import { inlineOrBlob } from '@compozy/core/blobs';
import type { OwnRuns } from './own-runs.js';
import type { ToSearchAttributes } from '../temporal/search-attributes.js';

export interface RunGatewayOptions {
  readonly client: Client;
  readonly ownRuns: Pick<OwnRuns, 'has'>;
  readonly taskQueue: string;
  readonly project: Pick<ProjectSource, 'name' | 'workflowIds' | 'taskIds'>;
  readonly searchAttributes: ToSearchAttributes;
  /** For inputs that are too large for an event of the history. */
  readonly blobs: BlobStore;
}

/** The Workflow Id of a run that was started by us. */
export function temporalWorkflowId(workflowId: string, workflowExecId: string): string {
  return `${workflowId}-${workflowExecId}`;
}

/** Starts runs of the project and speaks to them through the Temporal client. */
export function createRunGateway(options: RunGatewayOptions): RunGateway {
  const { client, ownRuns, taskQueue, project, searchAttributes, blobs } = options;
  /** No run at all is nobody else's either. */
  const isOwn = (temporalId: string) => ownRuns.has(temporalId).catch(isNotThere);
  return {
    async startRun({ workflowId, workflowExecId, input, trigger, initialTaskId }) {
      const args: RunInput = {
        workflow_id: workflowId,
        workflow_exec_id: workflowExecId,
        project: project.name,
        input: (await inlineOrBlob(blobs, input)) as Json,
        trigger,
        ...(initialTaskId === undefined ? {} : { initial_task_id: initialTaskId }),
      };
      const temporalId = temporalWorkflowId(workflowId, workflowExecId);
      try {
        const type = parseDirectRunId(workflowId) === undefined ? workflowId : GENERIC_WORKFLOW_TYPE;
        const handle = await client.workflow.start(type, {
          workflowId: temporalId,
          taskQueue,
          args: [args],
          memo: { compozy_exec_id: workflowExecId, compozy_project: project.name },
          typedSearchAttributes: searchAttributes({
            execId: workflowExecId,
            project: project.name,
            workflow: workflowId,
          }),
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
        return { temporalWorkflowId: temporalId, runId: handle.firstExecutionRunId };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        if ((await isOwn(temporalId)) === false) {
          const message = `Execution "${workflowExecId}" exists already, of another project; choose another id`;
          throw new CompozyError('Run.Exists', message, { details: { workflow_exec_id: workflowExecId } });
        }
        return { temporalWorkflowId: temporalId, runId: undefined };
      }
    },

    async signalRun(workflowExecId, { id, name, payload, source }) {
      checkSignalName(name);
      const envelope: SignalEnvelope = { payload, metadata: { signal_id: id, source } };
      const send = async (temporalId: string) =>
        (await isOwn(temporalId)) === true && (await signalIfOpen(client, temporalId, name, envelope));
      for (const workflowId of runnableIds(project)) {
        if (await send(temporalWorkflowId(workflowId, workflowExecId))) return;
      }
      // A run that was started by somebody else has a Workflow Id of another shape.
      for (const temporalId of await findOpenRuns(client, workflowExecId)) if (await send(temporalId)) return;
      throw new CompozyError('Signal.NoSuchRun', `No run with the execution id "${workflowExecId}" is open`, {
        details: { workflow_exec_id: workflowExecId },
      });
    },
  };
}

function isNotThere(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

/** Names of the engine and of Temporal's SDK: a run that gets one of the latter can never go on. */
const RESERVED_SIGNAL = /^(run\.|__)/;

function checkSignalName(name: string): void {
  if (!RESERVED_SIGNAL.test(name)) return;
  const message = `The signal "${name}" has a name of the engine; choose one that does not begin with "run." or "__"`;
  throw new CompozyError('Input.Invalid', message, { details: { name } });
}

/** Whether there was an open run to take it. */
export async function signalIfOpen(
  client: Client,
  temporalId: string,
  name: string,
  envelope: SignalEnvelope,
): Promise<boolean> {
  try {
    await client.workflow.getHandle(temporalId).signal(name, envelope);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function findOpenRuns(client: Client, workflowExecId: string): Promise<readonly string[]> {
  if (!/^[A-Za-z0-9_.-]+$/.test(workflowExecId)) return [];
  const query = `${SEARCH_ATTRIBUTES.execId} = "${workflowExecId}" AND ExecutionStatus = "Running"`;
  const found: string[] = [];
  try {
    for await (const run of client.workflow.list({ query })) found.push(run.workflowId);
  } catch {
    // The namespace does not have the search attribute: nobody can be found by it.
  }
  return found;
}
