import { describe, expect, it } from 'vitest';
import { eventRowId } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { callServer } from './call-server.js';
import { startPlainServer } from './plain-server.js';

/** Takes events, and tells nobody. */
const events = { send: async () => undefined, replay: async () => undefined };
const post = (url: string, body: object) => callServer(url, 'POST', '/api/v0/events', { body });

describe('an event that was accepted', () => {
  it('can be asked for at once', async () => {
    await using server = await startPlainServer({ events });
    expect((await post(server.url, { name: 'paid', payload: { n: 1 }, event_id: 'e1' })).status).toBe(202);
    const { status, body } = await callServer(server.url, 'GET', '/api/v0/events/e1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ event_id: 'e1', name: 'paid', status: 'accepted', started: [] });
  });

  it('keeps what became of it when it is sent again', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    await using server = await startPlainServer({ events, store });
    await post(server.url, { name: 'paid', event_id: 'e1' });
    const record = (await store.events.get('plain', 'e1'))!;
    await store.events.upsertAll([{ ...record, status: 'processed' }]);
    await post(server.url, { name: 'paid', event_id: 'e1' });
    expect((await callServer(server.url, 'GET', '/api/v0/events/e1')).body).toMatchObject({ status: 'processed' });
  });

  it('is the same for the same key, and another one with another content, from wherever it comes', async () => {
    await using server = await startPlainServer({ events, trustedProxies: ['127.0.0.0/8'] });
    const send = async (payload: object, from = '203.0.113.1') => {
      const headers = { 'idempotency-key': 'k', 'x-forwarded-for': from };
      const options = { body: { name: 'paid', payload }, headers };
      return (await callServer(server.url, 'POST', '/api/v0/events', options)).body['event_id'];
    };
    const first = await send({ n: 1 });
    expect(await send({ n: 1 }, '203.0.113.2')).toBe(first);
    expect(await send({ n: 2 })).not.toBe(first);
  });

  it('is found by an id that the store has in a shorter form', async () => {
    await using store = createSqliteStore({ path: ':memory:' });
    await using server = await startPlainServer({ events, store });
    await post(server.url, { name: 'paid', event_id: 'e1' });
    const record = (await store.events.get('plain', 'e1'))!;
    // As somebody may send it to Temporal.
    const long = 'ü'.repeat(600);
    await store.events.upsertAll([{ ...record, eventId: eventRowId(long), name: 'sent' }]);
    const { status, body } = await callServer(server.url, 'GET', `/api/v0/events/${encodeURIComponent(long)}`);
    expect([status, body['name']]).toEqual([200, 'sent']);
  });

  it('is accepted when the store is down', async () => {
    const store = createSqliteStore({ path: ':memory:' });
    await store.close();
    await using server = await startPlainServer({ events, store });
    expect((await post(server.url, { name: 'paid' })).status).toBe(202);
  });
});
