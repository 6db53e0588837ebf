import { describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { createPostgresStore, withRedisCache } from '@compozy/store';
import { createWorker } from '@compozy/worker';
import { createProjectFolder } from './settings/project-folder.js';

describe('createWorker with a store that hosts share', () => {
  const shared = createPostgresStore({ url: 'postgres://u:swordfish@127.0.0.1:1/d' });

  it.each([
    ['PostgreSQL', shared],
    ['PostgreSQL behind Redis', withRedisCache(shared, { url: 'redis://127.0.0.1:1' })],
  ])('refuses memories that each host would keep by itself: %s', async (_, store) => {
    await using folder = await createProjectFolder('memories: [{ id: chats, type: buffer }]');
    const project = await loadProject(folder.dir);
    const created = createWorker({ project, store, temporal: { hostPort: '127.0.0.1:1' } });
    await expect(created).rejects.toMatchObject({
      code: 'Config.Invalid',
      details: { memory: 'chats' },
      message: expect.stringContaining('pass "memory" to createWorker') as string,
    });
    await expect(created).rejects.not.toThrow('swordfish');
  });
});
