import { existsSync, mkdtempDisposableSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withBuildLock } from './build-lock.js';

function lockFile() {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'build-lock-'));
  return { path: join(directory.path, 'build.lock'), [Symbol.dispose]: () => directory.remove() };
}

const log = (): void => undefined;

describe('withBuildLock', () => {
  it('lets one work at a time and removes the file', async () => {
    using lock = lockFile();
    let working = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      await sleep(20);
      working -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withBuildLock({ path: lock.path, log }, work)));
    expect(most).toBe(1);
    expect(existsSync(lock.path)).toBe(false);
  });

  it('takes over the lock of a process that died', async () => {
    using lock = lockFile();
    writeFileSync(lock.path, 'left over');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock.path, longAgo, longAgo);
    expect(await withBuildLock({ path: lock.path, log }, async () => 'built')).toBe('built');
  });

  it('lets one of many take over at a time', async () => {
    using lock = lockFile();
    writeFileSync(lock.path, 'left over');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock.path, longAgo, longAgo);
    let working = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      await sleep(5);
      working -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withBuildLock({ path: lock.path, log }, work)));
    expect(most).toBe(1);
  });

  it('is free again after the work failed', async () => {
    using lock = lockFile();
    const failing = withBuildLock({ path: lock.path, log }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(lock.path)).toBe(false);
  });
});
