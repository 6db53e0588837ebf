import type { ApiKeyRecord } from '../../ports/store/store.js';
import type { ContractRunner } from '../describe-blob-store.js';
import { timeAt } from './sample-records.js';
import type { StoreContract } from './store-contract.js';

const LONG_MS = 600_000;
const SHORT_MS = 40;

/** Until `holds` gives true. What is waited for is sure to come; how soon is not part of the contract. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function describeShared({ create }: StoreContract, { describe, it, expect }: ContractRunner): void {
  describe('idempotency', () => {
    it('gives a key to one of many', async () => {
      await using context = await create();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? context.store : context.other).idempotency.reserve('k-1', LONG_MS),
        ),
      );
      expect(answers.filter(({ state }) => state === 'reserved').length).toBe(1);
      expect(answers.filter(({ state }) => state === 'pending').length).toBe(19);
    });

    it('answers with what was committed, null too', async () => {
      await using context = await create();
      const { idempotency } = context.store;
      for (const value of [{ id: 'run-1' }, null, false, '']) {
        const key = JSON.stringify(value);
        await idempotency.reserve(key, LONG_MS);
        await idempotency.commit(key, value, LONG_MS);
        expect(await context.other.idempotency.reserve(key, LONG_MS)).toEqual({ state: 'done', value });
      }
    });

    it('gives a key again that was released, and keeps what is done', async () => {
      await using context = await create();
      const { idempotency } = context.store;
      await idempotency.reserve('k-1', LONG_MS);
      await idempotency.release('k-1');
      expect(await idempotency.reserve('k-1', LONG_MS)).toEqual({ state: 'reserved' });
      await idempotency.commit('k-1', 1, LONG_MS);
      await idempotency.release('k-1');
      expect(await idempotency.reserve('k-1', LONG_MS)).toEqual({ state: 'done', value: 1 });
    });

    it('forgets what ran out, reserved or done', async () => {
      await using context = await create();
      const { idempotency } = context.store;
      await idempotency.reserve('reserved', SHORT_MS);
      await idempotency.reserve('done', LONG_MS);
      await idempotency.commit('done', 1, SHORT_MS);
      for (const key of ['reserved', 'done']) {
        await until(async () => (await idempotency.reserve(key, LONG_MS)).state === 'reserved');
        expect(await idempotency.reserve(key, LONG_MS)).toEqual({ state: 'pending' });
      }
    });
  });

  describe('leases', () => {
    it('are held by one owner, who may prolong them', async () => {
      await using context = await create();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 === 0 ? context.store : context.other).leases.acquire('reconciler', `owner-${i}`, LONG_MS),
        ),
      );
      expect(answers.filter(Boolean).length).toBe(1);
      const owner = `owner-${answers.indexOf(true)}`;
      expect(await context.other.leases.acquire('reconciler', owner, LONG_MS)).toBe(true);
      expect(await context.store.leases.acquire('another', 'somebody', LONG_MS)).toBe(true);
    });

    it('pass on when their owner, and nobody else, releases them', async () => {
      await using context = await create();
      const { leases } = context.store;
      await leases.acquire('reconciler', 'a', LONG_MS);
      await leases.release('reconciler', 'b');
      expect(await leases.acquire('reconciler', 'b', LONG_MS)).toBe(false);
      await leases.release('reconciler', 'a');
      expect(await leases.acquire('reconciler', 'b', LONG_MS)).toBe(true);
    });

    it('pass on when they ran out', async () => {
      await using context = await create();
      await context.store.leases.acquire('reconciler', 'a', SHORT_MS);
      await until(() => context.other.leases.acquire('reconciler', 'b', LONG_MS));
      expect(await context.store.leases.acquire('reconciler', 'a', LONG_MS)).toBe(false);
    });
  });

  describe('heartbeats', () => {
    it('are listed by prefix with their last details', async () => {
      await using context = await create();
      const { heartbeats } = context.store;
      const beats = ['shop:b', 'shop:a', 'Shop:c', 'sh_p:d', 'shop'];
      for (const id of beats) await heartbeats.beat(id, { id, beat: 1 }, LONG_MS);
      await context.other.heartbeats.beat('shop:a', { beat: 2 }, LONG_MS);
      const alive = await heartbeats.listAlive('shop:');
      expect(alive.map(({ id, details }) => [id, details])).toEqual([
        ['shop:a', { beat: 2 }],
        ['shop:b', { id: 'shop:b', beat: 1 }],
      ]);
      expect(alive.every(({ at }) => new Date(at).toISOString() === at)).toBe(true);
      expect((await heartbeats.listAlive('sh_p')).map(({ id }) => id)).toEqual(['sh_p:d']);
      expect((await heartbeats.listAlive('')).length).toBe(beats.length);
    });

    it('are gone when removed or run out', async () => {
      await using context = await create();
      const { heartbeats } = context.store;
      const alive = async () => (await heartbeats.listAlive('i-')).map(({ id }) => id);
      await heartbeats.beat('i-long', {}, LONG_MS);
      await heartbeats.beat('i-short', {}, SHORT_MS);
      await until(async () => !(await alive()).includes('i-short'));
      expect(await alive()).toEqual(['i-long']);
      await heartbeats.remove('i-long');
      expect(await alive()).toEqual([]);
    });
  });

  describe('schedule overrides', () => {
    it('are put, replaced, listed and removed by project', async () => {
      await using context = await create();
      const { schedules } = context.store;
      const first = { enabled: false, updatedAt: timeAt(1) };
      await schedules.put('a', 'w-2', first);
      await schedules.put('a', 'w-1', first);
      await schedules.put('a-b', 'w-1', first);
      await schedules.put('a', 'w-1', { cron: '0 * * * *', updatedAt: timeAt(2) });
      expect(await schedules.get('a', 'w-1')).toEqual({ cron: '0 * * * *', updatedAt: timeAt(2) });
      expect(await schedules.list('a')).toEqual([
        { workflowId: 'w-1', cron: '0 * * * *', updatedAt: timeAt(2) },
        { workflowId: 'w-2', ...first },
      ]);
      expect(await schedules.remove('a', 'w-1')).toBe(true);
      expect(await schedules.remove('a', 'w-1')).toBe(false);
      expect(await schedules.get('a', 'w-1')).toBe(undefined);
      expect(await schedules.get('a-b', 'w-1')).toEqual(first);
    });
  });

  describe('API keys', () => {
    const key = (id: string, created: number): ApiKeyRecord => ({
      id,
      name: `Key ${id}`,
      hash: `hash-${id}`,
      scopes: ['read', 'run'],
      createdAt: timeAt(created),
      revokedAt: null,
      lastUsedAt: null,
    });

    it('are found by hash, listed oldest first, revoked once and touched', async () => {
      await using context = await create();
      const { apiKeys } = context.store;
      await apiKeys.add(key('k-2', 2));
      await apiKeys.add(key('k-1', 1));
      expect(await apiKeys.findByHash('hash-k-1')).toEqual(key('k-1', 1));
      expect(await apiKeys.findByHash('none')).toBe(undefined);
      expect(await apiKeys.revoke('k-1', timeAt(5))).toBe(true);
      expect(await apiKeys.revoke('k-1', timeAt(6))).toBe(false);
      await apiKeys.touch('k-2', timeAt(8));
      await apiKeys.touch('k-2', timeAt(7));
      expect(await apiKeys.list()).toEqual([
        { ...key('k-1', 1), revokedAt: timeAt(5) },
        { ...key('k-2', 2), lastUsedAt: timeAt(8) },
      ]);
    });
  });

  describe('the whole', () => {
    it('answers a ping, and may be closed twice', async () => {
      await using context = await create();
      await context.store.ping();
      await context.store.close();
      await context.store.close();
      await expect(context.store.ping()).rejects.toMatchObject({ code: 'Store.Unavailable' });
      await context.other.ping();
    });
  });
}
