import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client } from '@temporalio/client';
import type { Plan, PlanSchedule, ScheduleOverride, ScheduleOverrideRepository } from '@compozy/core';
import type { ToSearchAttributes } from '../temporal/search-attributes.js';
import { decideUpdate } from './decide-update.js';
import { listScheduleIds } from './list-schedules.js';
import { actionMemo, baseOf, ownerMemo, OWNER, readMemo, yamlOf } from './schedule-memo.js';
import { toTemporalSchedule, type ScheduleTarget } from './schedule-options.js';
import { scheduleId } from './schedule-id.js';

export interface ReconcileOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
  /** All workflows of the project: the schedule of one that is not here is deleted. */
  readonly plans: Iterable<Plan>;
  /** Changes by hand that are kept beside Temporal. Temporal's own copy of them works without. */
  readonly overrides?: ScheduleOverrideRepository;
  readonly searchAttributes?: ToSearchAttributes;
}

/** Ids of workflows. */
export interface ReconcileResult {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly left: readonly string[];
  readonly failed: readonly { readonly workflowId: string; readonly error: unknown }[];
}

type Outcome = 'created' | 'updated' | 'left';

/** Another worker may create or delete the schedule between two of our calls. */
const ATTEMPTS = 4;
const AT_ONCE = 10;

/**
 * Makes Temporal's schedules of the project those of its workflows. Schedules of other projects are not touched,
 * whatever their names are. It may run in many workers at a time, and after a failure again.
 *
 * @throws when Temporal cannot list schedules, before anything was changed. What fails for one schedule is in `failed`.
 */
export async function reconcileSchedules(options: ReconcileOptions): Promise<ReconcileResult> {
  const { client, project, plans, overrides } = options;
  const wanted = [...plans].flatMap(({ workflow, schedule }) =>
    schedule === undefined ? [] : [{ workflowId: workflow.id, schedule }],
  );
  const [existing, stored] = await Promise.all([listScheduleIds(client, project), overrides?.list(project) ?? []]);
  const overrideOf = new Map(stored.map(({ workflowId, ...override }) => [workflowId, override]));
  const found = { created: [], updated: [], deleted: [], left: [], failed: [] } as {
    -readonly [K in keyof ReconcileResult]: ReconcileResult[K][number][];
  };
  const attempt = async (workflowId: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      found.failed.push({ workflowId, error });
    }
  };
  await eachOf(wanted, ({ workflowId, schedule }) =>
    attempt(workflowId, async () => {
      const outcome = await bringAbout(workflowId, schedule, overrideOf.get(workflowId), options);
      found[outcome].push(workflowId);
    }),
  );
  const ids = new Set(wanted.map(({ workflowId }) => workflowId));
  await eachOf(
    [...existing].filter(([workflowId]) => !ids.has(workflowId)),
    ([workflowId, id]) =>
      attempt(workflowId, async () => {
        await client.schedule
          .getHandle(id)
          .delete()
          .catch((error: unknown) => {
            if (!(error instanceof ScheduleNotFoundError)) throw error;
          });
        await overrides?.remove(project, workflowId);
        found.deleted.push(workflowId);
      }),
  );
  for (const list of [found.created, found.updated, found.deleted, found.left]) list.sort();
  return found;
}

async function bringAbout(
  workflowId: string,
  schedule: PlanSchedule,
  stored: ScheduleOverride | undefined,
  options: ReconcileOptions,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOnce(workflowId, schedule, stored, options);
    } catch (error) {
      const isLost = error instanceof ScheduleAlreadyRunning || error instanceof ScheduleNotFoundError;
      if (!isLost || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
    }
  }
}

async function tryOnce(
  workflowId: string,
  written: PlanSchedule,
  stored: ScheduleOverride | undefined,
  { client, project, taskQueue, overrides, searchAttributes = () => [] }: ReconcileOptions,
): Promise<Outcome> {
  const target: ScheduleTarget = {
    project,
    workflowId,
    taskQueue,
    searchAttributes: searchAttributes({ project, workflow: workflowId }),
  };
  const id = scheduleId(project, workflowId);
  const handle = client.schedule.getHandle(id);
  const description = await handle.describe().catch((error: unknown) => {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  });
  if (description !== undefined && description.memo?.[OWNER.project] !== project) {
    throw new Error(`The schedule "${id}" in Temporal was not made by Compozy; delete it, or rename the workflow`);
  }
  const current = description === undefined ? undefined : readMemo(description);
  const facts = { schedule: written, yaml: yamlOf(written), base: baseOf(target), stored };
  const { differs, memo, schedule, paused } = decideUpdate({ ...facts, current, now: new Date().toISOString() });
  const next = toTemporalSchedule(schedule, target);
  const action = { ...next.action, memo: actionMemo(project, memo) };
  const note = memo.override === undefined ? '' : 'Changed by hand; the workflow file says otherwise';
  if (description === undefined) {
    const state = { paused: !schedule.enabled, note };
    await client.schedule.create({ scheduleId: id, ...next, action, state, memo: ownerMemo(target) });
  } else if (differs) {
    await handle.update(({ state }) => ({
      ...next,
      action,
      state: {
        paused: paused === 'keep' ? state.paused : paused,
        note: paused === 'keep' ? (state.note ?? note) : note,
        ...(state.remainingActions === undefined ? {} : { remainingActions: state.remainingActions }),
      },
    }));
  }
  if (stored !== undefined && memo.override === undefined) await overrides?.remove(project, workflowId);
  return description === undefined ? 'created' : differs ? 'updated' : 'left';
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const open = items.values();
  const take = async () => {
    for (const item of open) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}
