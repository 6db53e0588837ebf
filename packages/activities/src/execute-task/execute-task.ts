import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompozyError,
  isJsonObject,
  REPORTING_ACTIVITIES,
  toErrorView,
  type ActivityInput,
  type ActivityName,
  type ActivityResult,
  type ExecuteTaskInput,
  type FailureRecord,
  type Json,
  type JsonObject,
  type MemoryTaskResult,
  type Plan,
  type ProjectSource,
  type RouterTaskResult,
  type TaskResult,
  type TaskType,
} from '@compozy/core';
import {
  limitFailure,
  type NextTask,
  type RunActivityCommand,
  type RunContext,
  type RunEvent,
  type RunState,
  type TaskNode,
} from '@compozy/core/interpreter';
import { deriveExecId } from '@compozy/core/schema';
import { attemptCall } from '../attempt-call.js';
import type { ActivityRun, ResumableRun } from '../engine-activity.js';
import type { SecretMask } from '../secret-mask.js';
import { driveRun } from './drive-run.js';

/** What each activity of the engine does, without what Temporal needs round it. */
export type ActivityWorks = {
  readonly [N in ActivityName]: (input: ActivityInput<N>, run: ResumableRun) => Promise<unknown>;
};

export interface TaskExecution {
  readonly project: ProjectSource;
  readonly works: ActivityWorks;
  readonly mask: () => SecretMask;
}

/** Types of tasks that need nothing but one activity. */
export type ExecutableType = Extract<TaskType, 'basic' | 'router' | 'aggregate' | 'signal' | 'memory'>;

/**
 * Runs one task as a workflow of ours would: defaults, schemas, templates, retries and limits, masking.
 *
 * @throws `Config.Invalid` for a task that is none or of another type, `Config.UnknownWorkflow`, `Task.Canceled`.
 */
export async function executeTask(
  type: ExecutableType,
  input: ExecuteTaskInput,
  run: ActivityRun,
  { project, works, mask }: TaskExecution,
): Promise<RouterTaskResult & Partial<MemoryTaskResult>> {
  const plan = planOf(type, input, project);
  const context = contextOf(plan, input, run, project);
  const state = await driveRun(plan, context, {
    signal: run.signal,
    perform: (command, signal) => perform(withOwnKey(command, run), AbortSignal.any([run.signal, signal]), works, mask),
  });
  if (run.signal.aborted) throw new CompozyError('Task.Canceled', 'The task was cancelled');
  const node = Object.values(state.nodes).find(({ parent }) => parent === null);
  const result = toResult(plan.tasks[0]!.id, state, node);
  if (type === 'memory') return { ...result, mergedInput: node?.input ?? null };
  const route = type === 'router' && isJsonObject(result.output) ? result.output['condition'] : undefined;
  return typeof route === 'string' ? { ...result, route } : result;
}

function planOf(
  type: ExecutableType,
  { taskConfig, workflowId }: ExecuteTaskInput,
  project: Pick<ProjectSource, 'compileTask'>,
): Plan {
  // Without a type a task is basic, so one that is called as another type has to say so.
  const plan = project.compileTask({ ...(type === 'basic' ? {} : { type }), ...taskConfig }, workflowId);
  const given = plan.tasks[0]!.type;
  if (given === type) return plan;
  const name = `execute${type[0]!.toUpperCase()}${type.slice(1)}Task`;
  throw new CompozyError('Config.Invalid', `"${name}" runs tasks of type "${type}", not "${given}"`);
}

function contextOf(
  plan: Plan,
  { taskInput = {}, workflowExecId }: ExecuteTaskInput,
  run: ActivityRun,
  project: Pick<ProjectSource, 'name'>,
): RunContext {
  return {
    execId: workflowExecId ?? deriveExecId(run.id),
    workflowId: plan.workflow.id,
    project: project.name,
    at: Date.now(),
    seed: run.id,
    input: taskInput,
    trigger: { type: 'task' },
    single: { with: taskInput },
  };
}

/** Two activities that run one task of one execution are two calls, and every attempt of one is the same. */
function withOwnKey(command: RunActivityCommand, { id }: ActivityRun): RunActivityCommand {
  if (!('origin' in command.input)) return command;
  const { origin } = command.input;
  const input = { ...command.input, origin: { ...origin, taskKey: `${origin.taskKey}@${deriveExecId(id)}` } };
  return { ...command, input } as RunActivityCommand;
}

async function perform(
  command: RunActivityCommand,
  signal: AbortSignal,
  works: ActivityWorks,
  mask: () => SecretMask,
): Promise<RunEvent> {
  const { key, activity, policy } = command;
  let limit: 'start-to-close' | 'schedule-to-close' = 'start-to-close';
  let attempt = 0;
  const call = async (own: AbortSignal): Promise<Json> => {
    attempt += 1;
    const work = works[activity] as (input: unknown, run: ResumableRun) => Promise<unknown>;
    const result = await work(command.input, {
      id: key,
      attempt,
      signal: own,
      noted: undefined,
      note: () => undefined,
    });
    return REPORTING_ACTIVITIES.includes(activity) ? ((result as ActivityResult).output as Json) : (result as Json);
  };
  const ended = await attemptCall(call, {
    policy,
    signal,
    maskFailure: (failure) => mask().failure(failure),
    limitFailure: (kind) => {
      limit = kind;
      return limitFailure(key, kind);
    },
    pause: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
  });
  const at = Date.now();
  if (ended.kind === 'stopped') return { kind: 'activity-cancelled', key, at };
  const { attempts } = ended;
  if (ended.kind === 'done') return { kind: 'activity-completed', key, at, result: ended.output, attempts };
  const { failure, timedOut } = ended;
  return { kind: 'activity-failed', key, at, failure, attempts, ...(timedOut ? { timeout: limit } : {}) };
}

function toResult(taskId: string, state: RunState, node: TaskNode | undefined): TaskResult {
  const { next } = state;
  // A transition that cannot be evaluated fails the task: nobody knows where it leads.
  const failure: FailureRecord | undefined = node?.error ?? state.failure;
  const isOver = node !== undefined && node.error !== undefined;
  const status = failure === undefined || isOver ? (node?.status ?? 'FAILED') : 'FAILED';
  const transition = next === undefined ? undefined : toTransition(next);
  return {
    taskId,
    status,
    output: node?.output ?? null,
    error: failure === undefined ? null : toErrorView(failure),
    ...(next === undefined ? {} : { nextTaskId: next.id }),
    ...(transition === undefined ? {} : status === 'SUCCESS' ? { onSuccess: transition } : { onError: transition }),
  };
}

function toTransition({ id, given = {} }: NextTask): { readonly next: string; readonly with: JsonObject } {
  return { next: id, with: given };
}
