import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
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

/** Where a blob should be and where a sweep may have it, before it is not there. */
const LOOKS = 3;

/**
 * Blobs as files `ab/cd/<sha256>`. A file is complete and on disk before it has its name, so a crash leaves at most a
 * temporary file, which `sweep` removes. Any number of processes may use the directory at once.
 *
 * A sweep that finds an old file moves it to `tmp/<sha256>.<uuid>` before it looks at its time again: from then on no
 * `put` can touch it unseen. One that was touched before goes back; meanwhile it is read where it is. The name is used
 * once, so that what another sweep knows of it stays true.
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
    // A sweep may set it aside or put it back between two looks.
    for (let look = 0; look < LOOKS; look += 1) {
      const bytes = (await readIfThere(fileOf(sha256))) ?? (await readAside(sha256));
      if (bytes !== undefined) return bytes;
    }
    throw blobNotFound(sha256);
  }

  async function readAside(sha256: string): Promise<Uint8Array | undefined> {
    const names = await readdir(scratch).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const aside = names.find((name) => blobAside(name) === sha256);
    return aside === undefined ? undefined : await readIfThere(join(scratch, aside));
  }

  /** Removes one blob, unless a `put` has touched it since it was found to be old. */
  async function removeOld(sha256: string, olderThan: Date): Promise<boolean> {
    const aside = join(scratch, `${sha256}.${randomUUID()}`);
    await rename(fileOf(sha256), aside);
    return await removeAside(aside, sha256, olderThan);
  }

  async function removeAside(aside: string, sha256: string, olderThan: Date): Promise<boolean> {
    if ((await stat(aside)).mtime < olderThan) {
      // Not `rm`, which may succeed for two at once.
      await unlink(aside);
      return true;
    }
    await rename(aside, fileOf(sha256));
    return false;
  }

  async function sweep(olderThan: Date, keep: ReadonlySet<string>): Promise<number> {
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    let removed = 0;
    for await (const file of listFiles(root)) {
      const name = file.slice(file.lastIndexOf(sep) + 1);
      const isScratch = dirname(file) === scratch;
      const aside = isScratch ? blobAside(name) : undefined;
      try {
        // Another sweep is at it, or has died: then the blob may have been touched before.
        if (aside !== undefined) removed += (await removeAside(file, aside, olderThan)) ? 1 : 0;
        else if ((await stat(file)).mtime >= olderThan) continue;
        else if (isScratch) await rm(file, { force: true });
        else if (isSha256(name) && !keep.has(name) && (await removeOld(name, olderThan))) removed += 1;
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
    // It may have been taken away after its name was looked up: a sweep that did not see the new time has it then.
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Which blob a file of the scratch folder holds, if any. */
function blobAside(name: string): string | undefined {
  const [sha256 = '', end] = name.split('.');
  return end !== undefined && isSha256(sha256) ? sha256 : undefined;
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

/** A part of the folder at a time: there may be millions. */
async function* listFiles(root: string): AsyncGenerator<string> {
  for (const part of await readdir(root, { withFileTypes: true })) {
    if (!part.isDirectory()) continue;
    const entries = await readdir(join(root, part.name), { recursive: true, withFileTypes: true });
    yield* entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
