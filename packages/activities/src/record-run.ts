import {
  isTerminal,
  type GetWorkflowDataInput,
  type Json,
  type RunIdentity,
  type RunRecording,
  type RunView,
  type Store,
  type TaskRecord,
  type WorkflowData,
  type WorkflowRecord,
} from '@compozy/core';
import { createPatience, type Patience } from './create-patience.js';
import type { SecretMask } from './secret-mask.js';

/** The part of a store that runs are written to. */
export interface RunStore extends Pick<Store, 'workflows' | 'tasks'> {
  /** Hears of what could not be written, so that it can be made up for. */
  readonly onMissed?: (recording: RunRecording) => void;
}

/** A store that does not answer must not hold a run up. */
const PATIENCE_MS = 5_000;
const patiences = new WeakMap<RunStore, Patience>();

function patienceFor(store: RunStore): Patience {
  const patience = patiences.get(store) ?? createPatience({ longMs: PATIENCE_MS });
  patiences.set(store, patience);
  return patience;
}

/**
 * Writes a run and its tasks, with secrets masked. Gives whether the row took it: one that has a newer version does not,
 * nor one of another run, whose tasks stay as they are.
 *
 * @throws `Store.Unavailable`.
 */
export async function writeRun(recording: RunRecording, store: RunStore, mask: SecretMask): Promise<boolean> {
  const view = mask.json(recording.view as unknown as Json) as unknown as RunView;
  const record = toWorkflowRecord({ ...recording, view });
  const tasks = toTaskRecords({ ...recording, view });
  if (tasks.length > 0) {
    if (!(await hasRow(record, store))) return false;
    // Before the row says that the run has ended: nobody may find it without its tasks.
    await store.tasks.upsertAll(tasks);
  }
  return await store.workflows.upsert(record);
}

/** Takes the row where there is none yet: ids of tasks are made from the execution id, and another run may have it too. */
async function hasRow(record: WorkflowRecord, { workflows }: RunStore): Promise<boolean> {
  const row = await workflows.get(record.workflowExecId);
  if (row !== undefined) return isSameRun(row, record);
  const version = record.version - 1;
  const begun = { ...record, version, status: 'RUNNING', output: null, error: null, endedAt: null } as const;
  if (await workflows.upsert(begun)) return true;
  const first = await workflows.get(record.workflowExecId);
  return first !== undefined && isSameRun(first, record);
}

function isSameRun(row: WorkflowRecord, { project, temporalWorkflowId }: WorkflowRecord | RunRecording): boolean {
  return row.project === project && row.temporalWorkflowId === temporalWorkflowId;
}

/**
 * What became of a row. Clients of Temporal choose execution ids, and may choose one twice: the row is that of the run
 * that came first, and the others have none.
 */
export type Recorded = 'recorded' | 'missed' | 'of-another-run';

/** Whether the store is there or not, the run goes on: the reconciler makes up for it. */
export async function recordRun(
  recording: RunRecording,
  store: RunStore | undefined,
  mask: SecretMask,
): Promise<Recorded> {
  if (store === undefined) return 'missed';
  const write = writeRun(recording, store, mask).then(
    async (wrote): Promise<Recorded> =>
      wrote || !(await isOfAnother(recording, store)) ? 'recorded' : 'of-another-run',
    (): Recorded => {
      store.onMissed?.(recording);
      return 'missed';
    },
  );
  return (await patienceFor(store).wait(write)) ?? 'missed';
}

async function isOfAnother(recording: RunRecording, { workflows }: RunStore): Promise<boolean> {
  const row = await workflows.get(recording.view.workflow_exec_id).catch(() => undefined);
  return row !== undefined && !isSameRun(row, recording);
}

/** The row of a run. */
export function toWorkflowRecord({
  project,
  temporalWorkflowId,
  trigger,
  version,
  at,
  view,
}: RunRecording): WorkflowRecord {
  return {
    workflowExecId: view.workflow_exec_id,
    workflowId: view.workflow_id,
    project,
    temporalWorkflowId,
    status: view.status,
    version,
    input: view.input,
    output: view.output,
    error: view.error,
    trigger,
    usage: view.usage,
    startedAt: view.started_at ?? at,
    updatedAt: at,
    endedAt: isTerminal(view.status) ? (view.ended_at ?? at) : null,
  };
}

/** A run before its first step. */
export function toFirstRecording(
  input: GetWorkflowDataInput,
  { execId, temporalWorkflowId, trigger, at }: RunIdentity,
  { plan, input: runInput }: WorkflowData,
): RunRecording {
  const startedAt = new Date(at).toISOString();
  return {
    project: plan.project.name,
    temporalWorkflowId,
    trigger,
    version: 1,
    at: startedAt,
    view: {
      workflow_id: input.workflowId,
      workflow_exec_id: execId,
      status: 'RUNNING',
      input: runInput as Json,
      output: null,
      error: null,
      tasks: {},
      usage: {},
      started_at: startedAt,
      ended_at: null,
    },
  };
}

function toTaskRecords({ version, view }: RunRecording): readonly TaskRecord[] {
  return Object.entries(view.tasks).map(([path, task]) => ({
    ...task,
    workflowExecId: view.workflow_exec_id,
    path,
    version,
  }));
}
