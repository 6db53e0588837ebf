import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import {
  isTerminal,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  runnableIds,
  SEARCH_ATTRIBUTES,
  type BlobStore,
  type Json,
  type ProjectSource,
  type RunView,
  type SignalEnvelope,
  type WorkflowRecord,
} from '@compozy/core';
import { createPatience } from '@compozy/activities';
import type { CompozyWorker } from '../../compozy-worker.js';
import { describeExecution } from '../../runs/describe-execution.js';
import { describeRun } from '../../runs/describe-run.js';
import { createExecId } from '../../runs/exec-id.js';
import { readTaskRows } from '../../runs/read-task-rows.js';
import { temporalWorkflowId } from '../../runs/run-gateway.js';
import { createRunHandle, loadWhole, readEnd, withEnd } from '../../runs/run-handle.js';
import type { ApiRuns, ApiStore, RunReference, StartRequest } from '../api-dependencies.js';
import { ApiProblem, grpcCode } from '../problem.js';

export interface WorkerRunsOptions {
  readonly worker: Pick<CompozyWorker, 'client' | 'taskQueue' | 'triggerWorkflow'>;
  readonly project: Pick<ProjectSource, 'name' | 'workflowIds' | 'taskIds'>;
  /** The same one that the worker writes to. */
  readonly blobs: BlobStore;
  readonly store?: Pick<ApiStore, 'workflows' | 'tasks'>;
  /** Hears of a store that fails; nothing else fails with it. */
  readonly onStoreError?: (error: unknown) => void;
}

/** A query needs a worker; where there is none, the row has to do. */
const QUERY_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 15_000;
/** What hangs is asked for elsewhere. */
const STORE_PATIENCE_MS = 3_000;
/** A status of gRPC. */
const DEADLINE_EXCEEDED = 4;
const WORKFLOW_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.workflow, 'KEYWORD');

/** Past the time that a caller waits: its own clock has to be the first. */
const GIVEN_UP_AFTER_MS = 5_000;

/** The runs of a worker's project: Temporal is asked first for what goes on, the store for what ended. */
export function createWorkerRuns(options: WorkerRunsOptions): ApiRuns {
  const { worker, project, blobs, store, onStoreError } = options;
  const { client, taskQueue } = worker;
  const handleOf = (run: RunReference) => client.workflow.getHandle(run.temporalWorkflowId, run.runId);
  const runHandleOf = (run: RunReference) => createRunHandle(handleOf(run), run, blobs);

  const patience = createPatience({ longMs: STORE_PATIENCE_MS });
  /** The store is never needed: whatever fails there is as if it had nothing. */
  const tolerate = async <T>(work: Promise<T> | undefined): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      onStoreError?.(error);
      return undefined;
    }
  };

  /** So is what does not answer. */
  const ask = async <T>(work: Promise<T> | undefined): Promise<T | undefined> =>
    work === undefined ? undefined : await tolerate(patience.wait(work));

  const describe = async (temporalId: string): Promise<WorkflowExecutionDescription | undefined> => {
    const description = await describeRun(client, temporalId);
    return description?.taskQueue === taskQueue ? description : undefined;
  };

  const search = async (execId: string): Promise<RunReference | undefined> => {
    for (const workflowId of runnableIds(project)) {
      const temporalId = temporalWorkflowId(workflowId, execId);
      const description = await describe(temporalId);
      if (description !== undefined) return toReference(description, workflowId, execId);
    }
    // Started by somebody else: its Workflow Id can have any shape.
    if (!/^[A-Za-z0-9_.-]+$/.test(execId)) return undefined;
    const query = `${SEARCH_ATTRIBUTES.execId} = "${execId}"`;
    try {
      for await (const { workflowId: temporalId } of client.workflow.list({ query, pageSize: 1 })) {
        const description = await describe(temporalId);
        const workflowId = description?.typedSearchAttributes.get(WORKFLOW_KEY) ?? description?.type;
        if (description !== undefined && workflowId !== undefined) return toReference(description, workflowId, execId);
      }
    } catch {
      // The namespace does not have the search attribute: nobody can be found by it.
    }
    return undefined;
  };

  const readRow = async (record: WorkflowRecord): Promise<RunView> =>
    fromRecord(record, (await ask(readTaskRows(store!, record.workflowExecId))) ?? {});

  const read = async (run: RunReference): Promise<RunView> => {
    const { record } = run;
    if (record !== undefined && isTerminal(record.status)) {
      const tasks = await ask(readTaskRows(store!, record.workflowExecId));
      if (tasks !== undefined) return fromRecord(record, tasks);
    }
    if (!run.open) {
      // Temporal knows nothing of it, or only another run with its Workflow Id.
      if (record !== undefined && !isTerminal(record.status) && run.runId === undefined) return await readRow(record);
      const deadline = Date.now() + READ_TIMEOUT_MS;
      try {
        const view = await client.withDeadline(deadline, () => readEnd(handleOf(run), run));
        // Of a run that was terminated at its first steps, Temporal may know none of them.
        const asksStore = Object.keys(view.tasks).length === 0 && record !== undefined;
        const known = asksStore ? await ask(readTaskRows(store!, record.workflowExecId)) : undefined;
        return withEnd(withTimes(view, run), run.endedAt, known);
      } catch (error) {
        if (record === undefined || !(error instanceof WorkflowNotFoundError)) throw error;
        return await readRow(record);
      }
    }
    try {
      const view = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => runHandleOf(run).view());
      return withTimes(view ?? unbegun(run), run);
    } catch (error) {
      if (record !== undefined) return await readRow(record);
      throw new ApiProblem('Api.Unavailable', 'No worker answers for this execution; try again later', {
        cause: error,
      });
    }
  };

  return {
    async start({ workflowId, workflowExecId, input, trigger, initialTaskId }) {
      const run = await worker.triggerWorkflow(workflowId, input, {
        workflowExecId,
        trigger,
        existing: 'join',
        ...(initialTaskId === undefined ? {} : { initialTaskId }),
      });
      const startedAt = new Date().toISOString();
      const request = { workflowId, workflowExecId, input, trigger };
      const row = toFirstRow(request, { project: project.name, temporalId: run.temporalWorkflowId, startedAt });
      await ask(store?.workflows.upsert(row));
      const { temporalWorkflowId: temporalId } = run;
      return { workflowId, workflowExecId, temporalWorkflowId: temporalId, open: true, startedAt, endedAt: null };
    },

    async find(execId) {
      const record = await ask(store?.workflows.get(execId));
      if (record === undefined || record.project !== project.name) return await search(execId);
      const known = { workflowId: record.workflowId, workflowExecId: execId, record };
      const { temporalWorkflowId: temporalId, startedAt, endedAt } = record;
      if (isTerminal(record.status))
        return { ...known, temporalWorkflowId: temporalId, open: false, startedAt, endedAt };
      const description = await describeExecution(client, record);
      // Its history is gone, and nobody wrote how it ended.
      if (description === undefined || description.taskQueue !== taskQueue)
        return { ...known, temporalWorkflowId: temporalId, open: false, startedAt, endedAt };
      return { ...toReference(description, record.workflowId, execId), record, startedAt };
    },

    read,

    async whole(view) {
      const load = async (value: Json) => (await tolerate(loadWhole(blobs, value))) ?? value;
      const [input, output] = await Promise.all([load(view.input), load(view.output)]);
      return { ...view, input, output };
    },

    async wait(run, timeoutMs, signal) {
      const aborted = Promise.withResolvers<undefined>();
      let isOver = false;
      const abort = () => {
        isOver = true;
        aborted.resolve(undefined);
      };
      // A timer of its own can be cleared; a signal with a timeout would be kept for the whole time, whoever is answered.
      const timer = setTimeout(abort, timeoutMs);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      // The connection of a worker cannot be told to give up a call: a deadline ends what nobody waits for any more.
      const ended = client.withDeadline(Date.now() + timeoutMs + GIVEN_UP_AFTER_MS, () => runHandleOf(run).result());
      ended.catch(() => undefined);
      try {
        const view = await Promise.race([ended, aborted.promise]);
        if (view === undefined) return undefined;
        // Temporal knows the end of what was terminated or timed out there.
        const endedAt = view.ended_at ?? (await describe(run.temporalWorkflowId))?.closeTime?.toISOString() ?? null;
        return withTimes(view, { ...run, endedAt });
      } catch (error) {
        if (isOver || grpcCode(error) === DEADLINE_EXCEEDED) return undefined;
        throw error;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    },

    cancel: (run) => unlessEnded(run, async () => void (await handleOf(run).cancel())),
    pause: (run) => unlessEnded(run, () => handleOf(run).signal(PAUSE_SIGNAL)),
    resume: (run) => unlessEnded(run, () => handleOf(run).signal(RESUME_SIGNAL)),
    signal: (run, name, payload) =>
      unlessEnded(run, () => {
        const envelope: SignalEnvelope = { payload, metadata: { signal_id: createExecId(), source: 'api' } };
        return handleOf(run).signal(name, envelope);
      }),
  };
}

/** It may have ended since it was looked for. */
async function unlessEnded(run: RunReference, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new ApiProblem('Api.Conflict', `Execution "${run.workflowExecId}" has ended`, { cause: error });
  }
}

function toReference(
  description: WorkflowExecutionDescription,
  workflowId: string,
  workflowExecId: string,
): RunReference {
  const isOpen = description.status.name === 'RUNNING';
  return {
    workflowId,
    workflowExecId,
    temporalWorkflowId: description.workflowId,
    ...(isOpen ? {} : { runId: description.runId }),
    open: isOpen,
    startedAt: description.startTime.toISOString(),
    endedAt: description.closeTime?.toISOString() ?? null,
  };
}

function toFirstRow(
  { workflowId, workflowExecId, input, trigger }: StartRequest,
  at: { readonly project: string; readonly temporalId: string; readonly startedAt: string },
): WorkflowRecord {
  return {
    workflowExecId,
    workflowId,
    project: at.project,
    temporalWorkflowId: at.temporalId,
    status: 'PENDING',
    version: 0,
    input,
    output: null,
    error: null,
    trigger,
    usage: {},
    startedAt: at.startedAt,
    updatedAt: at.startedAt,
    endedAt: null,
  };
}

/** Started, and no worker took it yet. */
function unbegun({ workflowId, workflowExecId, record }: RunReference): RunView {
  const input: Json = record?.input ?? null;
  return {
    workflow_id: workflowId,
    workflow_exec_id: workflowExecId,
    status: 'PENDING',
    input,
    output: null,
    error: null,
    tasks: {},
    usage: {},
    started_at: null,
    ended_at: null,
  };
}

/** The times of the run itself; Temporal's, or those of the row, where it could not tell. */
function withTimes(view: RunView, { startedAt, endedAt }: RunReference): RunView {
  const timed = { ...view, started_at: view.started_at ?? startedAt };
  return isTerminal(view.status) ? withEnd(timed, endedAt) : { ...timed, ended_at: null };
}

function fromRecord(record: WorkflowRecord, tasks: RunView['tasks']): RunView {
  return {
    workflow_id: record.workflowId,
    workflow_exec_id: record.workflowExecId,
    status: record.status,
    input: record.input,
    output: record.output,
    error: record.error,
    tasks,
    usage: record.usage,
    started_at: record.startedAt,
    ended_at: record.endedAt,
  };
}
