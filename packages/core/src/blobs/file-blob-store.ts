import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { CompozyError } from '../errors/compozy-error.js';
import type { BlobStore } from '../ports/blob-store.js';

/** Blobs as files under `dir`, two levels deep. One host; a file appears whole or not at all. */
export function createFileBlobStore({ dir }: { readonly dir: string }): BlobStore {
  const fileOf = (sha256: string) => path.join(dir, sha256.slice(0, 2), sha256);
  return {
    shared: false,
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = fileOf(sha256);
      const now = new Date();
      const touched = await utimes(file, now, now).then(() => true, () => false);
      if (touched) return sha256;
      const temporary = `${file}.${randomUUID()}.tmp`;
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      return sha256;
    },
    async get(sha256) {
      try {
        return await readFile(fileOf(sha256));
      } catch (error) {
        throw new CompozyError('Blob.NotFound', `No blob ${sha256}`, { cause: error });
      }
    },
    async sweep({ olderThan, keep }) {
      let removed = 0;
      for (const entry of await readdir(dir, { recursive: true }).catch(() => [])) {
        const sha256 = path.basename(entry);
        const file = path.join(dir, entry);
        if (sha256.length !== 64 || keep.has(sha256) || (await stat(file)).mtime >= olderThan) continue;
        await rm(file, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}
