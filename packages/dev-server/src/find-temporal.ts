import { join } from 'node:path';
import { CompozyError } from '@compozy/core';
import { buildWithGo, BUILD_VERSION } from './build-with-go.js';
import { downloadWithSdk } from './download-with-sdk.js';
import { findProgram, isProgram } from './find-program.js';
import type { SourceOptions, SourceResult } from './temporal-source.js';

/** How the server came to be: an address that was given, or the way its program was found. */
export type ServerOrigin = 'address' | 'configured' | 'path' | 'download' | 'go';

export interface FoundTemporal {
  readonly path: string;
  readonly origin: Exclude<ServerOrigin, 'address'>;
  /** Where it comes from, for people. */
  readonly description: string;
}

export interface Lookup {
  readonly path?: string | undefined;
  /** Undefined means the `PATH` of this process. */
  readonly searchPath: string | undefined;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly log: (message: string) => void;
}

/** The two ways to make a program that is not there yet. */
export interface Sources {
  readonly download: (options: SourceOptions) => Promise<SourceResult>;
  readonly build: (options: SourceOptions & { readonly go: string }) => Promise<SourceResult>;
}

/**
 * Returns the `temporal` program to start: the configured one, else the one on the search path, else one that we built or
 * downloaded before, else a download, else a build.
 *
 * @throws `Server.NotFound` that lists what was tried
 */
export async function findTemporal(
  lookup: Lookup,
  sources: Sources = { download: downloadWithSdk, build: buildWithGo },
): Promise<FoundTemporal> {
  const { path, searchPath, cacheDir, env, log } = lookup;
  if (path !== undefined) {
    if (await isProgram(path)) return { path, origin: 'configured', description: 'as configured' };
    throw new CompozyError('Server.NotFound', `The configured Temporal program "${path}" is not an executable file`, {
      details: { path },
    });
  }

  const onPath = await findProgram('temporal', searchPath);
  if (onPath !== undefined) return { path: onPath, origin: 'path', description: 'found on the PATH' };

  const built = join(cacheDir, 'temporal', BUILD_VERSION, 'temporal');
  if (await isProgram(built)) return { path: built, origin: 'go', description: 'built earlier' };
  const downloaded = join(cacheDir, 'temporal', 'sdk', 'temporal');
  if (await isProgram(downloaded)) return { path: downloaded, origin: 'download', description: 'downloaded earlier' };

  const download = await attempt(() => sources.download({ target: downloaded, env, log }));
  if (download.made) return { path: downloaded, origin: 'download', description: 'downloaded by the Temporal SDK' };

  const go = await findProgram('go', searchPath);
  const build =
    go === undefined
      ? { made: false as const, reason: 'there is no "go" on the PATH' }
      : await attempt(() => sources.build({ target: built, env, log, go }));
  if (build.made) return { path: built, origin: 'go', description: 'built with go install' };

  const tried = [
    'program: there is no "temporal" on the PATH',
    `cache: there is none in ${join(cacheDir, 'temporal')}`,
    `download: ${download.reason}`,
    `build: ${build.reason}`,
  ];
  throw new CompozyError(
    'Server.NotFound',
    `No Temporal server could be found or made. Install the Temporal CLI (https://docs.temporal.io/cli) or Go, ` +
      `or give the address of a server that runs. Tried: ${tried.join('; ')}`,
    { details: { tried } },
  );
}

/** A source that cannot even start, say because the cache is read-only, is one more reason in the list. */
async function attempt(source: () => Promise<SourceResult>): Promise<SourceResult> {
  try {
    return await source();
  } catch (error) {
    return { made: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
