import type { EventRecord, Store, WorkflowRecord } from '@compozy/core';

/** Makes up the rows of events by the runs that they started. */
export interface MissedEvents {
  /** A run that an event may have started. Only those of events that are missing are kept. @throws `Store.Unavailable` */
  add(row: WorkflowRecord): Promise<void>;
  /** Writes the rows that are missing, or say no more than that the event was accepted. @throws `Store.Unavailable` */
  write(): Promise<void>;
}

export function createMissedEvents({ events }: Pick<Store, 'events'>): MissedEvents {
  const runs = new Map<string, WorkflowRecord[]>();
  const shown = new Set<string>();

  const find = async (project: string, eventId: string) => {
    const known = await events.get(project, eventId);
    return { known, isMissing: known === undefined || known.status === 'accepted' };
  };

  async function toRecord(eventId: string, started: readonly WorkflowRecord[]): Promise<EventRecord | undefined> {
    const [{ project, trigger, startedAt }] = started as [WorkflowRecord];
    const { known, isMissing } = await find(project, eventId);
    if (!isMissing) return undefined;
    return {
      eventId,
      project,
      name: trigger.name ?? '',
      payload: trigger.payload ?? null,
      correlationId: trigger.correlation_id ?? eventId,
      source: trigger.source ?? 'api',
      acceptedAt: startedAt,
      ...known,
      status: 'processed',
      started: started.map(({ workflowId, workflowExecId }) => ({ workflowId, workflowExecId })),
      error: null,
      updatedAt: new Date().toISOString(),
    };
  }

  return {
    async add(row) {
      const { event_id: eventId, type } = row.trigger;
      // The run of a task has no event of the outside; those of schedules and callers have no id.
      if (eventId === undefined || (type !== 'signal' && type !== 'webhook')) return;
      if (shown.has(eventId)) return;
      const others = runs.get(eventId) ?? [];
      if (others.length === 0 && !(await find(row.project, eventId)).isMissing) shown.add(eventId);
      else runs.set(eventId, [...others, row]);
    },

    async write() {
      for (const [eventId, started] of runs) {
        const record = await toRecord(eventId, started);
        if (record !== undefined) await events.upsertAll([record]);
      }
    },
  };
}
