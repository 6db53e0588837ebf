import { mkdtempDisposableSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { downloadWithSdk } from './download-with-sdk.js';
import { isProgram } from './find-program.js';

/** A module that stands for `@temporalio/testing`, whose `createLocal` runs `body` with the directory in `to`. */
function fakeSdk(body: string) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'download-with-sdk-'));
  const testingModule = join(directory.path, 'testing.cjs');
  writeFileSync(
    testingModule,
    `exports.TestWorkflowEnvironment = { async createLocal({ server }) {
      const to = server.executable.downloadDir;
      ${body}
      return { teardown: async () => undefined };
    } };`,
  );
  const target = join(directory.path, 'cache', 'temporal');
  const download = (limitMs = 100_000) =>
    downloadWithSdk({ target, env: undefined, log: () => undefined, testingModule, limitMs });
  const leftInCache = () => readdirSync(join(directory.path, 'cache'));
  return { target, download, leftInCache, [Symbol.dispose]: () => directory.remove() };
}

describe('downloadWithSdk', () => {
  it('keeps the program that the SDK downloaded, whatever its name', async () => {
    using sdk = fakeSdk(
      `require('fs').writeFileSync(to + '/temporal-sdk-typescript-1.24.0', '#!/bin/sh', { mode: 0o755 });`,
    );
    expect(await sdk.download()).toEqual({ made: true });
    expect(await isProgram(sdk.target)).toBe(true);
    expect(sdk.leftInCache()).toEqual(['temporal']);
  });

  it('shortens the message of the SDK to what happened', async () => {
    using sdk = fakeSdk(
      `throw new Error('Failed to start: error sending request for url (https://a/b): error sending request for url (https://a/b): dns error: no such host');`,
    );
    expect(await sdk.download()).toEqual({ made: false, reason: 'dns error: no such host' });
    expect(sdk.leftInCache()).toEqual([]);
  });

  it('gives up after the limit', async () => {
    using sdk = fakeSdk(`await new Promise((resolve) => setTimeout(resolve, 60_000));`);
    expect(await sdk.download(300)).toEqual({ made: false, reason: 'not finished in 0.3 s' });
    expect(sdk.leftInCache()).toEqual([]);
  });
});
