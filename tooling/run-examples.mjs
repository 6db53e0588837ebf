// `pnpm examples`: builds, then plays every example that has a run.mjs, one after the other; one line each.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const LIMIT_MS = 300_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = new URL('../examples/', import.meta.url);

const build = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@compozy-examples/*...', '--concurrency=2', '--output-logs=errors-only'],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
);
if (build.status !== 0) {
  process.stderr.write(build.stdout ?? '');
  process.exit(1);
}

const entries = await readdir(folder, { withFileTypes: true });
const stories = entries
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/run.mjs`, folder)))
  .map(({ name }) => name)
  .toSorted();
let failed = stories.length === 0;
for (const story of stories) {
  const begin = performance.now();
  const { code, output } = await play(story);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  examples/${story}, ${seconds} s`);
  if (code === 0) continue;
  failed = true;
  console.log(output.trim());
}
process.exitCode = failed ? 1 : 0;

function play(story) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL(`${story}/run.mjs`, folder))], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let output = '';
    const keep = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('close', (code, signal) => {
      if (signal !== null) output += `\nended by ${signal}; an example has ${LIMIT_MS / 1000} s`;
      resolve({ code, output });
    });
  });
}
