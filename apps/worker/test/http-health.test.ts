import { describe, expect, it } from 'vitest';
import { createApiKey, createApiKeys, type HealthCheck } from '@compozy/worker';
import { callServer } from './call-server.js';
import { startPlainServer } from './plain-server.js';

const HEALTH = '/api/v0/health';
const SECRET = 'postgres://compozy:swordfish@db/compozy';

/** Two things that the worker needs; the second can be taken away. */
function createChecks() {
  const state = { isDown: false, asked: 0 };
  const checks: readonly HealthCheck[] = [
    { name: 'temporal', check: async () => undefined },
    {
      name: 'store',
      async check() {
        state.asked += 1;
        if (state.isDown) throw new Error(`cannot reach ${SECRET}`);
      },
    },
  ];
  return { state, checks };
}

describe('the route of health', () => {
  it('answers without an API key, whatever key is sent, and nothing else does', async () => {
    const { record, key } = createApiKey('ci', ['read']);
    const { checks } = createChecks();
    await using server = await startPlainServer({ checks, apiKeys: createApiKeys([record.hash]) });
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { 'x-api-key': key }]) {
      const answer = await callServer(server.url, 'GET', HEALTH, { headers });
      expect([answer.status, answer.body]).toEqual([
        200,
        { status: 'healthy', checks: { temporal: 'up', store: 'up' } },
      ]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    for (const path of ['/api/v0/healthy', `${HEALTH}/`, '/api/v0/workflows', '/api/v0/memory/health']) {
      expect((await callServer(server.url, 'GET', path)).status).toBe(401);
    }
    expect((await callServer(server.url, 'POST', HEALTH, { body: {} })).status).toBe(405);
  });

  it('names what is down, and only the log says why', async () => {
    const { state, checks } = createChecks();
    const errors: unknown[] = [];
    await using server = await startPlainServer({ checks, onError: (error) => void errors.push(error) });
    state.isDown = true;
    const answer = await callServer(server.url, 'GET', HEALTH);
    expect([answer.status, answer.body]).toEqual([
      503,
      { status: 'unhealthy', checks: { temporal: 'up', store: 'down' } },
    ]);
    expect(errors).toMatchObject([{ message: expect.stringContaining('swordfish') as string }]);
    state.isDown = false;
    const status = async () => (await callServer(server.url, 'GET', HEALTH)).status;
    await expect.poll(status).toBe(200);
  });

  it('tells what somebody should look at by its name, and stays healthy', async () => {
    const since = '2026-01-01T00:00:00.000Z';
    let isAway = false;
    const warnings = async () => {
      if (isAway) throw new Error(`cannot reach ${SECRET}`);
      return [{ name: 'retention', since, message: 'because of run "secret-customer"' }];
    };
    const { checks } = createChecks();
    await using server = await startPlainServer({ checks, warnings });
    const answer = await callServer(server.url, 'GET', HEALTH);
    const healthy = { status: 'healthy', checks: { temporal: 'up', store: 'up' } };
    expect([answer.status, answer.body]).toEqual([200, { ...healthy, warnings: [{ name: 'retention', since }] }]);
    isAway = true;
    const body = async () => (await callServer(server.url, 'GET', HEALTH)).body;
    await expect.poll(body).toEqual(healthy);
  });

  it('looks once for all who ask at the same time', async () => {
    const { state, checks } = createChecks();
    await using server = await startPlainServer({ checks });
    const answers = await Promise.all(Array.from({ length: 30 }, () => callServer(server.url, 'GET', HEALTH)));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(state.asked).toBeLessThan(10);
  });
});
