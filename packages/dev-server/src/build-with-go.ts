import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withBuildLock } from './build-lock.js';
import { isProgram } from './find-program.js';
import { startGuardedProcess } from './guarded-process.js';
import type { SourceOptions, SourceResult } from './temporal-source.js';

/** The newest release of the CLI that `go install` takes: later ones have a `replace` directive in their go.mod. */
export const BUILD_VERSION = 'v1.5.1';

const LIMIT_MS = 20 * 60_000;
const REPORT_EVERY_MS = 20_000;

/** Builds the Temporal CLI, server included, from the Go module proxy. Two processes build it once. */
export async function buildWithGo(options: SourceOptions & { readonly go: string }): Promise<SourceResult> {
  const { target, env, log, go } = options;
  const directory = dirname(target);
  await mkdir(directory, { recursive: true });

  return withBuildLock({ path: join(directory, 'build.lock'), log }, async () => {
    // The process that held the lock before us may have built it.
    if (await isProgram(target)) return { made: true };

    log(`Building the Temporal server ${BUILD_VERSION} with go install, once; this takes 2 to 4 minutes`);
    const startedAt = Date.now();
    const scratch = await mkdtemp(join(directory, 'build-'));
    const build = startGuardedProcess({
      command: '/usr/bin/env',
      args: [
        `GOBIN=${scratch}`,
        'CGO_ENABLED=0',
        go,
        'install',
        `github.com/temporalio/cli/cmd/temporal@${BUILD_VERSION}`,
      ],
      env,
    });
    const seconds = (): number => Math.round((Date.now() - startedAt) / 1_000);
    const report = setInterval(() => log(`Still building the Temporal server (${seconds()} s)`), REPORT_EVERY_MS);
    const limit = setTimeout(() => void build.stop(), LIMIT_MS);
    try {
      const code = await build.exited;
      if (code !== 0)
        return { made: false, reason: `go install ended with ${code}: ${build.lastLines().slice(-3).join(' / ')}` };
      // Nobody sees half a program.
      await rename(join(scratch, 'temporal'), target);
      log(`Built the Temporal server in ${seconds()} s`);
      return { made: true };
    } finally {
      clearInterval(report);
      clearTimeout(limit);
      await rm(scratch, { recursive: true, force: true });
    }
  });
}
