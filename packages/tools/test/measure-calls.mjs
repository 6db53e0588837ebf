// Cost of a tool call: warm process, another environment (process start), and a process per call without a pool.
// Needs a build: `node packages/tools/test/measure-calls.mjs`
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToolRuntime } from '../dist/index.js';

const dir = mkdtempSync(join(tmpdir(), 'compozy-measure-'));
writeFileSync(join(dir, 'tools.ts'), 'export default { echo: (input: unknown) => input };');
const pids = new Set();
const runtime = createToolRuntime({
  projectDir: dir,
  entrypoint: 'tools.ts',
  onProcess: (event) => event.kind === 'started' && pids.add(event.pid),
});
const call = (input, env = {}) =>
  runtime.run({
    toolId: 'echo',
    input,
    config: {},
    env,
    timeoutMs: 60_000,
    idempotencyKey: 'k',
    signal: new AbortController().signal,
  });

async function measure(name, count, action) {
  const times = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await action(index);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(count - 1, Math.floor(count * share))].toFixed(2);
  process.stdout.write(`${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms (${count} calls)\n`);
}

await measure('first call (bundle and start)', 1, () => call({ a: 1 }));
await measure('warm call, small input', 2_000, () => call({ a: 1 }));
const large = { text: 'x'.repeat(1_000_000) };
await measure('warm call, 1 MB in and out', 100, () => call(large));
const start = performance.now();
await Promise.all(Array.from({ length: 5_000 }, () => call({ a: 1 })));
process.stdout.write(
  `5000 calls at once: ${Math.round(5_000 / ((performance.now() - start) / 1_000))} calls/s, ${pids.size} processes\n`,
);
await measure('call that needs a process', 50, (index) => call({ a: 1 }, { N: String(index) }));
writeFileSync(join(dir, 'once.mjs'), 'console.log(JSON.stringify(JSON.parse(process.argv[2])))');
await measure('bare process per call, no pool, no permissions', 50, () =>
  execFileSync(process.execPath, [join(dir, 'once.mjs'), '{"a":1}']),
);
await runtime.close();
rmSync(dir, { recursive: true });
