import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CompozyError } from '../errors/compozy-error.js';
import type { BlobStore } from '../ports/blob-store.js';
import { blobNotFound, isSha256, sha256Of } from './sha256.js';

export interface FileBlobStoreOptions {
  /** Created on the first write. Files in it are readable by this user only. */
  readonly dir: string;
  /** True when `dir` is a folder that all hosts have mounted. Default: false. */
  readonly shared?: boolean;
}

/**
 * Blobs as files `ab/cd/<sha256>`. A file is complete and on disk before it has its name, so a crash leaves at most a
 * temporary file, which `sweep` removes. Any number of processes may use the directory at once.
 */
export function createFileBlobStore({ dir, shared = false }: FileBlobStoreOptions): BlobStore {
  const root = resolve(dir);
  const scratch = join(root, 'tmp');
  const fileOf = (sha256: string): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  async function write(sha256: string, bytes: Uint8Array): Promise<void> {
    const file = fileOf(sha256);
    const temporary = join(scratch, randomUUID());
    const firstCreated = [
      await mkdir(scratch, { recursive: true, mode: 0o700 }),
      await mkdir(dirname(file), { recursive: true, mode: 0o700 }),
    ].find((created) => created !== undefined);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncDirectories(dirname(file), dirname(firstCreated ?? file));
  }

  async function read(sha256: string): Promise<Uint8Array> {
    try {
      return await readFile(fileOf(sha256));
    } catch (error) {
      if (isMissing(error)) throw blobNotFound(sha256);
      throw error;
    }
  }

  /** Removes one blob, unless a `put` in another process touches it at this moment. */
  async function removeOld(file: string, olderThan: Date): Promise<boolean> {
    const aside = join(scratch, randomUUID());
    await rename(file, aside);
    if ((await stat(aside)).mtime >= olderThan) {
      await rename(aside, file);
      return false;
    }
    await rm(aside);
    return true;
  }

  async function sweep(olderThan: Date, keep: ReadonlySet<string>): Promise<number> {
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    let removed = 0;
    for (const file of await listFiles(root)) {
      const name = file.slice(file.lastIndexOf(sep) + 1);
      try {
        if ((await stat(file)).mtime >= olderThan) continue;
        if (dirname(file) === scratch) await rm(file, { force: true });
        else if (isSha256(name) && !keep.has(name) && (await removeOld(file, olderThan))) removed += 1;
      } catch (error) {
        // Another process sweeps too.
        if (!isMissing(error)) throw error;
      }
    }
    return removed;
  }

  return {
    shared,
    put: (bytes) =>
      available(root, async () => {
        const sha256 = sha256Of(bytes);
        if (!(await touch(fileOf(sha256)))) await write(sha256, bytes);
        return sha256;
      }),
    get: (sha256) =>
      available(root, async () => {
        // Never a path from outside.
        if (!isSha256(sha256)) throw blobNotFound(sha256, 'this is not a SHA-256');
        const bytes = await read(sha256);
        if (sha256Of(bytes) !== sha256) throw blobNotFound(sha256, 'its file is damaged');
        return bytes;
      }),
    sweep: ({ olderThan, keep }) => available(root, () => sweep(olderThan, keep)),
  };
}

/** Failures of the file system, such as a full disk, are `Blob.Unavailable`: trying again later may help. */
async function available<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (CompozyError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CompozyError('Blob.Unavailable', `The folder of stored values "${dir}" cannot be used: ${reason}`, {
      details: { dir },
      cause: error,
    });
  }
}

async function touch(file: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(file, now, now);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Makes new names durable, from `from` up to `to`. */
async function syncDirectories(from: string, to: string): Promise<void> {
  for (let directory = from; !relative(to, directory).startsWith('..'); directory = dirname(directory)) {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } catch {
      // Some file systems cannot sync a directory; they order names and contents by themselves.
    } finally {
      await handle.close();
    }
  }
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
