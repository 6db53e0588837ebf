import type { EventRecord, Store, WorkflowRecord } from '@compozy/core';

/** Makes up the rows of events by the runs that they started. */
export interface MissedEvents {
  /** A run that an event may have started. */
  add(row: WorkflowRecord): void;
  /** Writes the rows that are missing, or say no more than that the event was accepted. @throws `Store.Unavailable` */
  write(): Promise<void>;
}

export function createMissedEvents({ events }: Pick<Store, 'events'>): MissedEvents {
  const runs = new Map<string, WorkflowRecord[]>();

  async function toRecord(eventId: string, started: readonly WorkflowRecord[]): Promise<EventRecord | undefined> {
    const [{ project, trigger, startedAt }] = started as [WorkflowRecord];
    const known = await events.get(project, eventId);
    if (known !== undefined && known.status !== 'accepted') return undefined;
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
    add(row) {
      const { event_id: eventId, type } = row.trigger;
      // The run of a task has no event of the outside; those of schedules and callers have no id.
      if (eventId === undefined || (type !== 'signal' && type !== 'webhook')) return;
      const others = runs.get(eventId) ?? [];
      runs.set(eventId, [...others, row]);
    },

    async write() {
      for (const [eventId, started] of runs) {
        const record = await toRecord(eventId, started);
        if (record !== undefined) await events.upsertAll([record]);
      }
    },
  };
}
