import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reachServer } from './reach-server.js';
import { startDevServer } from './start-dev-server.js';

function fakeTemporal(body: string) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'start-dev-server-'));
  const path = join(directory.path, 'temporal');
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { path, directory: directory.path, [Symbol.dispose]: () => directory.remove() };
}

async function listen() {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  return { port, [Symbol.dispose]: () => void server.close() };
}

describe('startDevServer', () => {
  it('shows the last lines of a server that ends', async () => {
    using temporal = fakeTemporal('echo "unknown flag: --namespace" >&2; exit 2');
    const error = await startDevServer({ path: temporal.path }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'Server.StartFailed', details: { lines: ['unknown flag: --namespace'] } });
    expect((error as Error).message).toContain('exit code 2. Its last lines:\nunknown flag: --namespace');
  });

  it('tries another free port when it lost the one it chose', async () => {
    using temporal = fakeTemporal(
      'dir=$(dirname "$0"); echo x >> "$dir/starts"; [ $(wc -l < "$dir/starts") -lt 3 ] && echo "bind: address already in use"; exit 1',
    );
    await expect(startDevServer({ path: temporal.path })).rejects.toMatchObject({ details: { lines: [] } });
  });

  it.each(['port', 'uiPort'] as const)('refuses a %s that is taken', async (option) => {
    using temporal = fakeTemporal('exit 1');
    using taken = await listen();
    const error = await startDevServer({ path: temporal.path, [option]: taken.port }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'Server.StartFailed', details: { port: taken.port } });
    expect((error as Error).message).toContain(`Port ${taken.port} of 127.0.0.1 is in use`);
  });
});

describe('reachServer', () => {
  it('gives up on an address where nobody listens', async () => {
    const result = await reachServer({ address: '127.0.0.1:1', limitMs: 300 });
    expect(result).toEqual({ reached: false, reason: 'connect ECONNREFUSED 127.0.0.1:1' });
  });

  it('gives up on a listener that is no Temporal server', async () => {
    using listener = await listen();
    const result = await reachServer({ address: `127.0.0.1:${listener.port}`, limitMs: 300 });
    expect(result.reached).toBe(false);
  });
});
