import { describe, expect, it } from 'vitest';
import type { EventRecord } from '@compozy/core';
import { eventRowId } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import type { ApiDependencies } from './api-dependencies.js';
import { showAccepted } from './show-accepted.js';

describe('showAccepted', () => {
  it('writes the row that the dispatcher goes on with, also of an id that no index takes', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    const dependencies = { store, project: { name: 'shop' } } as unknown as ApiDependencies;
    const eventId = 'ü'.repeat(600);
    const event = { eventId, name: 'paid', payload: {}, correlationId: 'c', source: 'api' };
    await showAccepted(dependencies, event);
    const at = new Date().toISOString();
    const settled: EventRecord = {
      ...event,
      eventId: eventRowId(eventId),
      project: 'shop',
      status: 'processed',
      started: [],
      error: null,
      acceptedAt: at,
      updatedAt: at,
    };
    await store.events.upsertAll([settled]);
    expect((await store.events.list({ project: 'shop', limit: 10 })).items).toEqual([settled]);
  });
});
