import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '@compozy/store';
import { createApiKey } from './api-key.js';
import { rememberApiKeys } from './remember-api-keys.js';

describe('rememberApiKeys', () => {
  async function setUp(options: Parameters<typeof rememberApiKeys>[1] = {}) {
    const store = createSqliteStore({ path: ':memory:' });
    const [known, unseen] = [createApiKey('known', ['run']).record, createApiKey('unseen', ['run']).record];
    for (const record of [known, unseen]) await store.apiKeys.add(record);
    let answer: (hash: string) => Promise<typeof known | undefined> = (hash) => store.apiKeys.findByHash(hash);
    const keys = rememberApiKeys({ findByHash: (hash) => answer(hash) }, options);
    return {
      store,
      known,
      unseen,
      keys,
      fall: (how: typeof answer) => {
        answer = how;
      },
      [Symbol.asyncDispose]: () => store.close(),
    };
  }
  const away = () => Promise.reject(new Error('connection refused'));

  it('refuses a key from the moment on that it is revoked', async () => {
    await using context = await setUp();
    const { keys, known, store } = context;
    expect(await keys.findByHash(known.hash)).toMatchObject({ name: 'known', revokedAt: null });
    await store.apiKeys.revoke(known.id, new Date().toISOString());
    expect(await keys.findByHash(known.hash)).toMatchObject({ revokedAt: expect.any(String) });
    context.fall(away);
    await expect(keys.findByHash(known.hash)).rejects.toThrow('connection refused');
  });

  it.each([
    ['refuses', away],
    ['does not answer', () => new Promise<undefined>(() => undefined)],
  ])('lets those in that it knows while the store %s, and nobody else', async (_what, how) => {
    await using context = await setUp({ patienceMs: 10 });
    const { keys, known, unseen } = context;
    await keys.findByHash(known.hash);
    context.fall(how);
    expect(await keys.findByHash(known.hash)).toMatchObject({ name: 'known' });
    const stranger = keys.findByHash(unseen.hash).then(
      () => 'let in',
      () => 'refused',
    );
    const waited = new Promise((resolve) => setTimeout(resolve, 50, 'waits'));
    expect(await Promise.race([stranger, waited])).toBe(how === away ? 'refused' : 'waits');
  });

  it('lets nobody in for ever', async () => {
    await using context = await setUp({ keptMs: 0 });
    const { keys, known } = context;
    await keys.findByHash(known.hash);
    context.fall(away);
    await expect(keys.findByHash(known.hash)).rejects.toThrow('connection refused');
  });
});
