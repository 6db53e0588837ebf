import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILD_VERSION } from './build-with-go.js';
import { findTemporal, type Sources } from './find-temporal.js';
import type { SourceOptions } from './temporal-source.js';

const PLACES = {
  configured: 'mine/server',
  path: 'bin/temporal',
  go: `cache/temporal/${BUILD_VERSION}/temporal`,
  download: 'cache/temporal/sdk/temporal',
} as const;

type Place = keyof typeof PLACES;

function program(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
}

/** A machine with the given programs, and sources that work or not. */
function machine(options: { has: readonly (Place | 'go tool')[]; download?: boolean; build?: boolean }) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'find-temporal-'));
  mkdirSync(join(directory.path, 'bin'));
  for (const item of options.has) program(join(directory.path, item === 'go tool' ? 'bin/go' : PLACES[item]));
  const used: string[] = [];
  const source =
    (name: 'download' | 'build') =>
    async ({ target }: SourceOptions) => {
      used.push(name);
      if (!options[name]) return { made: false as const, reason: `${name} is broken` };
      program(target);
      return { made: true as const };
    };
  const sources: Sources = { download: source('download'), build: source('build') };
  const find = (path?: string) =>
    findTemporal(
      {
        path: path && join(directory.path, path),
        searchPath: join(directory.path, 'bin'),
        cacheDir: join(directory.path, 'cache'),
        env: undefined,
        log: () => undefined,
      },
      sources,
    );
  return { directory, used, find, [Symbol.dispose]: () => directory.remove() };
}

describe('findTemporal', () => {
  it.each<{ has: (Place | 'go tool')[]; origin: Place }>([
    { has: ['configured', 'path', 'go', 'download', 'go tool'], origin: 'configured' },
    { has: ['path', 'go', 'download', 'go tool'], origin: 'path' },
    { has: ['go', 'download', 'go tool'], origin: 'go' },
    { has: ['download', 'go tool'], origin: 'download' },
  ])('takes $origin when there are $has, and makes nothing', async ({ has, origin }) => {
    using host = machine({ has, download: true, build: true });
    const found = await host.find(origin === 'configured' ? PLACES.configured : undefined);
    expect(found).toMatchObject({ origin, path: join(host.directory.path, PLACES[origin]) });
    expect(host.used).toEqual([]);
  });

  it('downloads before it builds', async () => {
    using host = machine({ has: ['go tool'], download: true, build: true });
    expect(await host.find()).toMatchObject({ origin: 'download' });
    expect(host.used).toEqual(['download']);
  });

  it('builds when the download fails, and finds the program the next time', async () => {
    using host = machine({ has: ['go tool'], build: true });
    expect(await host.find()).toMatchObject({ origin: 'go', description: 'built with go install' });
    expect(await host.find()).toMatchObject({ origin: 'go', description: 'built earlier' });
    expect(host.used).toEqual(['download', 'build']);
  });

  it('looks for nothing else when the configured program is missing', async () => {
    using host = machine({ has: ['path', 'go'] });
    await expect(host.find('mine/typo')).rejects.toMatchObject({ code: 'Server.NotFound' });
  });

  it('does not take a file that cannot be executed', async () => {
    using host = machine({ has: [] });
    writeFileSync(join(host.directory.path, 'bin/temporal'), 'text', { mode: 0o644 });
    await expect(host.find()).rejects.toMatchObject({ code: 'Server.NotFound' });
  });

  it('lists in one error what it tried', async () => {
    using host = machine({ has: [] });
    const error = await host.find().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      code: 'Server.NotFound',
      details: {
        tried: [
          'program: there is no "temporal" on the PATH',
          expect.stringContaining('cache: there is none in '),
          'download: download is broken',
          'build: there is no "go" on the PATH',
        ],
      },
    });
    expect((error as Error).message).toContain('download is broken');
  });

  it('counts a source that throws as one that does not work', async () => {
    using host = machine({ has: ['go tool'] });
    const broken: Sources = {
      download: () => Promise.reject(new Error('read-only file system')),
      build: async () => ({ made: false, reason: 'proxy unreachable' }),
    };
    const { path: cacheDir } = host.directory;
    const lookup = { searchPath: join(cacheDir, 'bin'), cacheDir, env: undefined, log: () => undefined };
    await expect(findTemporal(lookup, broken)).rejects.toThrow(/read-only file system.*proxy unreachable/);
  });
});
