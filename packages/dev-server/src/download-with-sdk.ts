import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isProgram } from './find-program.js';
import { startGuardedProcess } from './guarded-process.js';
import type { SourceOptions, SourceResult } from './temporal-source.js';

const LIMIT_MS = 90_000;

// The SDK has no call that only downloads, so this starts its server once. In a process of its own: the download can be
// given up after a while, and the SDK's native library stays out of this process.
const DOWNLOAD = `
const [, testingModule, downloadDir] = process.argv;
const { TestWorkflowEnvironment } = require(testingModule);
TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir } } })
  .then((environment) => environment.teardown())
  .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
`;

export interface DownloadOptions extends SourceOptions {
  /** What to load as `@temporalio/testing`. Default: the installed one. */
  readonly testingModule?: string;
  readonly limitMs?: number;
}

/** Lets the Temporal SDK download the server program that belongs to its version. */
export async function downloadWithSdk(options: DownloadOptions): Promise<SourceResult> {
  const { target, env, log, testingModule = resolveTesting(), limitMs = LIMIT_MS } = options;
  if (testingModule === undefined) return { made: false, reason: '@temporalio/testing is not installed' };

  log('Downloading the Temporal server with the Temporal SDK');
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), 'download-'));
  try {
    const download = startGuardedProcess({
      command: process.execPath,
      args: ['-e', DOWNLOAD, testingModule, scratch],
      env,
      graceMs: 0,
    });
    const limit = setTimeout(() => void download.stop(), limitMs);
    const code = await download.exited;
    clearTimeout(limit);

    if (code === 0) {
      for (const name of await readdir(scratch)) {
        if (!(await isProgram(join(scratch, name)))) continue;
        await rename(join(scratch, name), target);
        return { made: true };
      }
    }
    return { made: false, reason: shortReason(download.lastLines().at(-1)) ?? `not finished in ${limitMs / 1_000} s` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Each layer of the SDK's error repeats the URL; what comes after the last one says what happened. */
function shortReason(line: string | undefined): string | undefined {
  return line?.split(/\(https:[^)]*\): /).at(-1);
}

function resolveTesting(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch {
    return undefined;
  }
}
