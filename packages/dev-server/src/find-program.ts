import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The absolute path of the program `name`, as a shell finds it; without `searchPath` on the `PATH` of this process. */
export async function findProgram(name: string, searchPath: string | undefined): Promise<string | undefined> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], {
      ...(searchPath !== undefined && { env: { PATH: searchPath } }),
    });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
