import { describe, expect, it } from 'vitest';
import type { WorkflowRecord } from '@compozy/core';
import { eventRowId } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createMissedEvents } from './missed-events.js';

const AT = '2026-11-28T10:00:00.000Z';

function run(workflowExecId: string, name: string, eventId: string): WorkflowRecord {
  return {
    workflowExecId,
    workflowId: 'greet',
    temporalWorkflowId: `greet-${workflowExecId}`,
    project: 'shop',
    status: 'SUCCESS',
    version: 1,
    trigger: { type: 'signal', name, event_id: eventId, payload: { from: name } },
    input: {},
    output: null,
    error: null,
    usage: {},
    startedAt: AT,
    endedAt: AT,
    updatedAt: AT,
  };
}

describe('createMissedEvents', () => {
  it('makes up a row for each name that events of one id have', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const missed = createMissedEvents(store);
    for (const [id, name] of [
      ['r1', 'paid'],
      ['r2', 'sent'],
      ['r3', 'paid'],
    ] as const)
      await missed.add(run(id, name, 'e1'));
    await missed.write();
    const startedBy = async (name: string) =>
      (await store.events.get('shop', 'e1', name))?.started.map(({ workflowExecId }) => workflowExecId);
    expect(await startedBy('paid')).toEqual(['r1', 'r3']);
    expect(await startedBy('sent')).toEqual(['r2']);
  });

  it('finds the row of an id that no index takes', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const id = 'ü'.repeat(3_000);
    const missed = createMissedEvents(store);
    await missed.add(run('r1', 'paid', id));
    await missed.write();
    const { items } = await store.events.list({ project: 'shop', limit: 10 });
    expect(items.map(({ eventId }) => eventId)).toEqual([eventRowId(id)]);
  });
});
