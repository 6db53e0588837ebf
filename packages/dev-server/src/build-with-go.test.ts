import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILD_VERSION, buildWithGo } from './build-with-go.js';
import { isProgram } from './find-program.js';

/** A `go` that notes its arguments and runs `body`. */
function fakeGo(body: string) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'build-with-go-'));
  const go = join(directory.path, 'go');
  const calls = join(directory.path, 'calls');
  writeFileSync(go, `#!/bin/sh\necho "$@" >> ${calls}\n${body}\n`, { mode: 0o755 });
  const target = join(directory.path, 'cache', BUILD_VERSION, 'temporal');
  const messages: string[] = [];
  const build = () => buildWithGo({ target, env: undefined, log: (message) => messages.push(message), go });
  const calledWith = () => readFileSync(calls, 'utf8').trim().split('\n');
  return { target, messages, build, calledWith, [Symbol.dispose]: () => directory.remove() };
}

const WRITE_PROGRAM = 'sleep 0.4; printf "#!/bin/sh\\n" > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"';

describe('buildWithGo', () => {
  it('installs the pinned version where it was told to', async () => {
    using host = fakeGo(WRITE_PROGRAM);
    expect(await host.build()).toEqual({ made: true });
    expect(await isProgram(host.target)).toBe(true);
    expect(host.calledWith()).toEqual([`install github.com/temporalio/cli/cmd/temporal@${BUILD_VERSION}`]);
    expect(host.messages[0]).toMatch(/^Building the Temporal server/);
  });

  it('builds once for two that ask at the same time', async () => {
    using host = fakeGo(WRITE_PROGRAM);
    expect(await Promise.all([host.build(), host.build()])).toEqual([{ made: true }, { made: true }]);
    expect(host.calledWith()).toHaveLength(1);
    expect(host.messages).toContain('Waiting for another process that builds the Temporal server');
  });

  it('says what go said when it fails, and leaves no program', async () => {
    using host = fakeGo('echo "dial tcp: no such host" >&2; exit 1');
    expect(await host.build()).toEqual({ made: false, reason: 'go install ended with 1: dial tcp: no such host' });
    expect(await isProgram(host.target)).toBe(false);
  });
});
