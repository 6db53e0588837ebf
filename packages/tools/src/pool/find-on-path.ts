import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Absolute path of a program. Looked up once, because the environment of a call may bring a `PATH` of its own. */
export async function findOnPath(name: string, path: string | undefined): Promise<string | undefined> {
  if (name.includes('/')) return name;
  for (const dir of (path ?? '').split(delimiter)) {
    const file = join(dir, name);
    const found =
      dir !== '' &&
      (await access(file, constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (found) return file;
  }
  return undefined;
}
