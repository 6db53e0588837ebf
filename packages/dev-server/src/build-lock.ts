import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const TOUCH_EVERY_MS = 2_000;
const POLL_MS = 100;

export interface BuildLockOptions {
  readonly path: string;
  readonly log: (message: string) => void;
  /** A lock that its holder has not touched for this long is left over from a process that died. Default: 15,000. */
  readonly staleMs?: number;
}

/**
 * Runs `work` while holding the lock file, waiting for another process that holds it. The holder touches the file, so that
 * one which was killed is noticed. The lock saves work, nothing depends on it: results are renamed into place.
 */
export async function withBuildLock<T>(options: BuildLockOptions, work: () => Promise<T>): Promise<T> {
  const { path, log, staleMs = 15_000 } = options;
  const token = randomUUID();
  let announced = false;
  while (!(await takeLock(path, token))) {
    const staleToken = await findStaleToken(path, staleMs);
    if (staleToken !== undefined) {
      await breakLock(path, staleToken);
      continue;
    }
    if (!announced) log('Waiting for another process that builds the Temporal server');
    announced = true;
    await sleep(POLL_MS);
  }

  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, TOUCH_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    if ((await readToken(path)) === token) await rm(path, { force: true });
  }
}

async function takeLock(path: string, token: string): Promise<boolean> {
  try {
    await writeFile(path, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The content of the lock when its holder is gone. Read before the age: a lock is only ever replaced by a fresh one. */
async function findStaleToken(path: string, staleMs: number): Promise<string | undefined> {
  const token = await readToken(path);
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > staleMs ? token : undefined;
}

/** Of several processes that find the same stale lock one moves it away; a fresh lock caught by mistake is put back. */
async function breakLock(path: string, staleToken: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readToken(aside)) !== staleToken) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readToken(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
