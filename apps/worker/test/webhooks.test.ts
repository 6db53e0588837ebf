import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { createSqliteStore } from '@compozy/store';
import { createApiKeys, createProjectHost, startServer, type ApiDependencies, type Server } from '@compozy/worker';
import { callServer, type Answer, type CallOptions } from './call-server.js';
import { FILES } from './webhooks-project.js';

const SECRET = 's3cret-of-hooks';
const STANDARD_SECRET = 'whsec_czNjcmV0LW9mLXN0YW5kYXJk';
const OTHER_STANDARD_SECRET = 'whsec_c29tZWJvZHkgZWxzZSdzIGtleQ==';
const ORDER = { 'x-kind': 'order' };
const stripe = new Stripe('sk_test_none');

type Sent = Parameters<NonNullable<ApiDependencies['events']>['send']>[0];
const sent: Sent[] = [];
/** How many of the next events are not taken. */
let failures = 0;
/** What the dispatcher waits for. */
let gate: Promise<void> | undefined;
let dir: string;
let server: Server;
let withoutEvents: Server;
const store = createSqliteStore({ path: ':memory:' });

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-hooks-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  const project = createProjectHost(await loadProject(dir));
  const unused = () => Promise.reject(new Error('no webhook asks for runs'));
  const runs = {
    start: unused,
    find: unused,
    read: unused,
    whole: unused,
    wait: unused,
    cancel: unused,
    pause: unused,
    resume: unused,
    signal: unused,
  };
  const events = {
    async send(event: Sent) {
      await gate;
      if (failures > 0) {
        failures -= 1;
        throw new Error('the dispatcher is away');
      }
      sent.push(event);
    },
    replay: unused,
  };
  const apiKeys = createApiKeys([], store.apiKeys);
  const start = (api: ApiDependencies) =>
    startServer({ api, checks: [], host: '127.0.0.1', port: 0, healthPort: 0, drainDelayMs: 0 });
  // With API keys, which no webhook has.
  server = await start({ project, runs, store, events, apiKeys, maxBodyBytes: 2_048 });
  withoutEvents = await start({ project, runs, store });
});

afterAll(async () => {
  for (const each of [server, withoutEvents]) {
    await each?.drain(1_000);
    await each?.close();
  }
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  sent.length = 0;
  failures = 0;
  gate = undefined;
});

function hook(slug: string, options: CallOptions = {}, method = 'POST'): Promise<Answer> {
  return callServer(`http://127.0.0.1:${server.port}`, method, `/api/v0/hooks/${slug}`, options);
}

function stripeCall(id: string, { object = id, secret = SECRET, age = 0, type = 'paid' } = {}): CallOptions {
  const raw = JSON.stringify({ id, type, data: { object: { id: object } } });
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const signature = stripe.webhooks.generateTestHeaderString({ payload: raw, secret, timestamp });
  return { raw, headers: { 'stripe-signature': signature } };
}

async function hubCall(delivery: string, event = 'push', secret = SECRET): Promise<CallOptions> {
  const raw = JSON.stringify({ ref: 'refs/heads/main' });
  const signature = await sign(secret, raw);
  return {
    raw,
    headers: { 'x-hub-signature-256': signature, 'x-github-delivery': delivery, 'x-github-event': event },
  };
}

async function hmacCall(_delivery: string): Promise<CallOptions> {
  const raw = '{"id":"same"}';
  return { raw, headers: { 'x-signature': createHmac('sha256', SECRET).update(raw).digest('hex') } };
}

function standardCall(id: string, { age = 0, secret = STANDARD_SECRET, type = 'stood' } = {}): CallOptions {
  const raw = JSON.stringify({ id: 7, type });
  const time = new Date(Date.now() - age * 1000);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, time, raw),
  };
  return { raw, headers };
}

describe('one request', () => {
  const table: readonly [string, () => Promise<Answer>, number, string | undefined][] = [
    ['an order', () => hook('open', { body: { id: 'a', total: 1 }, headers: ORDER }), 202, undefined],
    ['the slug in another case', () => hook('oPEN', { body: { id: 'a', total: 1000 } }), 202, undefined],
    [
      'no event for it',
      () => hook('open', { body: { id: 'a', total: 1 }, headers: { 'x-kind': 'x' } }),
      200,
      undefined,
    ],
    [
      'JSON of another type',
      () => hook('put', { raw: '{"id":1}', headers: { 'content-type': 'text/plain' } }, 'PUT'),
      202,
      undefined,
    ],
    ['a filter that fails', () => hook('open', { body: { total: 'many' } }), 400, 'Api.Malformed'],
    ['no JSON', () => hook('open', { raw: '{"id":' }), 400, 'Api.Malformed'],
    [
      'no JSON, and no type',
      () => hook('open', { raw: 'id=1', headers: { 'content-type': 'text/plain' } }),
      400,
      'Api.Malformed',
    ],
    ['no body', () => hook('open'), 400, 'Api.Malformed'],
    [
      'a payload against the schema',
      () => hook('open', { body: { id: 7, total: 1 }, headers: ORDER }),
      422,
      'Input.Invalid',
    ],
    ['an unknown slug', () => hook('nothing', { body: {} }), 404, 'Api.NotFound'],
    ['a method that no webhook has', () => hook('open', {}, 'GET'), 405, 'Api.MethodNotAllowed'],
    ['the method of another webhook', () => hook('open', { body: { id: 'a' } }, 'PUT'), 405, 'Api.MethodNotAllowed'],
    ['POST, where PUT is asked for', () => hook('put', { body: { id: 'a' } }), 405, 'Api.MethodNotAllowed'],
    ['a body that is too large', () => hook('open', { body: { id: 'a'.repeat(3_000) } }), 413, 'Api.TooLarge'],
    ['signed by Stripe', () => hook('pay', stripeCall('evt_a')), 202, undefined],
    ['signed by Stripe, too long ago', () => hook('pay', stripeCall('evt_b', { age: 400 })), 401, 'Api.Unsigned'],
    ['signed with another secret', () => hook('pay', stripeCall('evt_c', { secret: 'x' })), 401, 'Api.Unsigned'],
    ['not signed', () => hook('pay', { body: { id: 'evt_d' } }), 401, 'Api.Unsigned'],
    ['signed by GitHub', async () => hook('hub', await hubCall('d1')), 202, undefined],
    ['a forged one', async () => hook('hub', { ...(await hubCall('d2')), raw: '{"ref":"x"}' }), 401, 'Api.Unsigned'],
    ['signed by Standard Webhooks', () => hook('std', standardCall('msg_a')), 202, undefined],
    ['the same, too long ago', () => hook('std', standardCall('msg_b', { age: 400 })), 401, 'Api.Unsigned'],
    [
      'the same, with another secret',
      () => hook('std', standardCall('msg_c', { secret: OTHER_STANDARD_SECRET })),
      401,
      'Api.Unsigned',
    ],
    ['the same, forged', () => hook('std', { ...standardCall('msg_d'), raw: '{"type":"stood"}' }), 401, 'Api.Unsigned'],
    ['the same, with PUT', () => hook('std', standardCall('msg_e'), 'PUT'), 405, 'Api.MethodNotAllowed'],
    [
      'the same, too large',
      () => hook('std', { ...standardCall('msg_f'), raw: `{"id":"${'a'.repeat(3_000)}"}` }),
      413,
      'Api.TooLarge',
    ],
    ['a webhook whose secret is no key', () => hook('not-base64', standardCall('msg_g')), 500, 'Api.Internal'],
    ['another event of GitHub', async () => hook('hub', await hubCall('d3', 'ping')), 200, undefined],
  ];

  it.each(table)('%s', async (_, call, status, code) => {
    const answer = await call();
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(sent).toHaveLength(status === 202 ? 1 : 0);
    expect(answer.headers.get('content-type')).toMatch(
      status < 300 ? /^application\/json/ : /^application\/problem\+json/,
    );
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
  });

  it('becomes the first event whose filter holds', async () => {
    const both = await hook('open', { body: { id: 'a', total: 500 }, headers: ORDER });
    expect(both.body).toEqual({ status: 'accepted', event: 'order.big', event_id: sent[0]!.eventId });
    expect(sent).toMatchObject([{ name: 'order.big', payload: { id: 'a', big: true }, source: 'webhook:open' }]);
  });

  it('is rendered with empty texts for what it lacks, and with values for what it has', async () => {
    await hook('open?test=no', { body: { id: 'a', total: 1 }, headers: ORDER });
    await hook('open', { body: { id: 'a', total: 1, items: [1, { b: 2 }] }, headers: ORDER });
    expect(sent.map(({ payload }) => payload)).toEqual([
      { id: 'a', note: 'for .', items: '' },
      { id: 'a', note: 'for .', items: [1, { b: 2 }] },
    ]);
    const ignored = await hook('open?test=yes', { body: { id: 'a', total: 1 }, headers: ORDER });
    expect([ignored.status, ignored.body]).toEqual([200, { status: 'no_matching_event' }]);
  });

  it('says what it belongs to', async () => {
    const body = { id: 'a', total: 200 };
    await hook('open', { body, headers: { 'x-correlation-id': 'c1', 'x-request-id': 'r1' } });
    await hook('open', { body, headers: { 'x-request-id': 'r2' } });
    await hook('open', { body });
    await hook('open', { body });
    const [first, second, third, fourth] = sent.map(({ correlationId }) => correlationId);
    expect([first, second]).toEqual(['c1', 'r2']);
    expect(third).toMatch(/./);
    expect(fourth).not.toBe(third);
  });

  it('needs an API key anywhere else', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    expect((await callServer(url, 'GET', '/api/v0/events')).status).toBe(401);
    expect((await callServer(url, 'GET', '/api/v0/hooks/../events')).status).toBe(401);
    expect((await callServer(url, 'GET', '/api/v0/hooks/%2e%2e/events')).status).toBe(401);
  });

  it('is answered with 501 where there is no dispatcher', async () => {
    const url = `http://127.0.0.1:${withoutEvents.port}`;
    const answer = await callServer(url, 'POST', '/api/v0/hooks/open', { body: { id: 'a' } });
    expect([answer.status, answer.body['code']]).toEqual([501, 'Api.NotConfigured']);
  });
});

describe('a delivery that comes again', () => {
  const big = { id: 'a', total: 500 };

  it('is answered as the first one was, so that its sender is content', async () => {
    const call = () => hook('open', { body: big, headers: { 'x-idempotency-key': 'content' } });
    const [first, second] = [await call(), await call()];
    expect(first).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(second.body).toEqual({ ...first.body, status: 'duplicate' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['the value that the webhook names', 'keyed', hmacCall],
    ['what is signed as a whole', 'once-signed', hmacCall],
    ['what GitHub signs as a whole', 'once-hub', hubCall],
    ['the value in what Stripe signs', 'pay', async () => stripeCall('evt_replayed', { object: 'replayed' })],
  ])('is known by %s, whatever stands in headers that nobody signed', async (_what, slug, signed) => {
    const call = async (name: string) => {
      const { headers, ...rest } = await signed(name);
      return await hook(slug, { ...rest, headers: { ...headers, 'x-idempotency-key': name } });
    };
    const statuses = [await call('d1'), await call('d2'), await call('d1')].map(({ status }) => status);
    expect(statuses).toEqual([202, 200, 200]);
    expect(sent).toHaveLength(1);
  });

  it('is known by the key in its header', async () => {
    const call = (key: string) => hook('open', { body: big, headers: { 'x-idempotency-key': key } });
    const statuses = [await call('k1'), await call('k1'), await call('k2')].map(({ status }) => status);
    expect(statuses).toEqual([202, 200, 202]);
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('is known by the key in its body, whatever else it says', async () => {
    const statuses: number[] = [];
    for (const call of [
      stripeCall('evt_1', { object: 'o1' }),
      stripeCall('evt_2', { object: 'o1' }),
      stripeCall('evt_3', { object: 'o2' }),
    ]) {
      statuses.push((await hook('pay', call)).status);
    }
    expect(statuses).toEqual([202, 200, 202]);
  });

  it('is refused while the first one is being worked on', async () => {
    const call = () => hook('open', { body: big, headers: { 'x-idempotency-key': 'at once' } });
    const gated = Promise.withResolvers<void>();
    gate = gated.promise;
    const statuses: number[] = [];
    const calls = [call(), call(), call()].map(async (answer) => statuses.push((await answer).status));
    await expect.poll(() => statuses).toEqual([409, 409]);
    gated.resolve();
    await Promise.all(calls);
    expect(statuses).toEqual([409, 409, 202]);
    expect(sent).toHaveLength(1);
  });

  it('is accepted when the first one could not be sent, as the same event', async () => {
    const call = () => hook('open', { body: big, headers: { 'x-idempotency-key': 'again' } });
    failures = 1;
    const first = await call();
    expect([first.status, first.body['code']]).toEqual([500, 'Api.Internal']);
    expect(sent).toEqual([]);
    expect((await call()).status).toBe(202);
    expect((await call()).status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  it('does not lose its key to a request that was forged, wrong or for nobody', async () => {
    expect((await hook('pay', stripeCall('evt_9', { secret: 'x' }))).status).toBe(401);
    expect((await hook('pay', stripeCall('evt_9', { type: 'other' }))).status).toBe(200);
    expect((await hook('pay', stripeCall('evt_9'))).status).toBe(202);
    const headers = { ...ORDER, 'x-idempotency-key': 'wrong first' };
    expect((await hook('open', { body: { id: 7, total: 1 }, headers })).status).toBe(422);
    expect((await hook('open', { body: { id: '7', total: 1 }, headers })).status).toBe(202);
  });

  it('is known by the id that Standard Webhooks signs, which no other header can replace', async () => {
    const again = (key: string) => {
      const { headers, ...call } = standardCall('msg_1');
      return hook('std', { ...call, headers: { ...headers, 'x-idempotency-key': key } });
    };
    failures = 1;
    expect((await again('k1')).status).toBe(500);
    expect((await hook('std', standardCall('msg_1', { secret: OTHER_STANDARD_SECRET }))).status).toBe(401);
    expect((await hook('std', standardCall('msg_1', { type: 'other' }))).status).toBe(200);
    const statuses = [await again('k1'), await again('k1'), await again('k2')].map(({ status }) => status);
    expect(statuses).toEqual([202, 200, 200]);
    expect((await hook('std', standardCall('msg_2'))).status).toBe(202);
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('is one event for the dispatcher when GitHub sends it again', async () => {
    for (const delivery of ['g1', 'g1', 'g2']) {
      expect((await hook('hub', await hubCall(delivery))).status).toBe(202);
    }
    const [first, again, other] = sent.map(({ eventId }) => eventId);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('is taken again where the webhook does not ask', async () => {
    const raw = '{"id":"same"}';
    const signature = createHmac('sha256', SECRET).update(raw).digest('hex');
    const headers = { 'x-signature': signature, 'x-idempotency-key': 'k' };
    const statuses = [await hook('signed', { raw, headers }), await hook('signed', { raw, headers })];
    expect(statuses.map(({ status }) => status)).toEqual([202, 202]);
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(2);
  });
});
