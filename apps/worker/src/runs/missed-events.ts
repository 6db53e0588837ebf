import type { EventRecord, Store, WorkflowRecord } from '@compozy/core';
import { eventRowId } from '@compozy/dispatcher';

/** Makes up the rows of events by the runs that they started. */
export interface MissedEvents {
  /** A run that an event may have started. Only those of events that are missing are kept. @throws `Store.Unavailable` */
  add(row: WorkflowRecord): Promise<void>;
  /** Writes the rows that are missing, or say no more than that the event was accepted. @throws `Store.Unavailable` */
  write(): Promise<void>;
}

interface MissedEvent {
  readonly project: string;
  readonly eventId: string;
  readonly name: string;
  readonly started: readonly [WorkflowRecord, ...WorkflowRecord[]];
}

export function createMissedEvents({ events }: Pick<Store, 'events'>): MissedEvents {
  const missed = new Map<string, MissedEvent>();
  const shown = new Set<string>();

  const find = async ({ project, eventId, name }: Omit<MissedEvent, 'started'>) => {
    const known = await events.get(project, eventId, name);
    return { known, isMissing: known === undefined || known.status === 'accepted' };
  };

  async function toRecord(event: MissedEvent): Promise<EventRecord | undefined> {
    const { project, eventId, name, started } = event;
    const [{ trigger, startedAt }] = started;
    const { known, isMissing } = await find(event);
    if (!isMissing) return undefined;
    return {
      eventId,
      project,
      name,
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
      const { project, trigger } = row;
      const { event_id: id, name = '', type } = trigger;
      // The run of a task has no event of the outside; those of schedules and callers have no id.
      if (id === undefined || (type !== 'signal' && type !== 'webhook')) return;
      const eventId = eventRowId(id);
      const key = JSON.stringify([eventId, name]);
      if (shown.has(key)) return;
      const others = missed.get(key);
      if (others !== undefined) missed.set(key, { ...others, started: [...others.started, row] });
      else if ((await find({ project, eventId, name })).isMissing) {
        missed.set(key, { project, eventId, name, started: [row] });
      } else shown.add(key);
    },

    async write() {
      for (const event of missed.values()) {
        const record = await toRecord(event);
        if (record !== undefined) await events.upsertAll([record]);
      }
    },
  };
}
