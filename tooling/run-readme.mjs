// `pnpm readme`: runs the commands of README.md that nothing else in CI runs, in their order, as they are written there.
// What serves goes on beside the commands after it.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const LIMIT_MS = 600_000;
/** What is printed when a program that serves is ready. */
const SERVES = new Map([
  ['compozy dev', 'task queue'],
  ['worker', 'worker ready'],
]);
const CI_RUNS = ['demo', 'test', 'verify', 'examples'];

const root = fileURLToPath(new URL('..', import.meta.url));
const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const commands = [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => block.split('\n'))
  .map((line) => line.replace(/\s+#\s.*$/, '').trim())
  .filter((line) => line.startsWith('npx --yes pnpm@10 '))
  .filter((line) => !CI_RUNS.includes(line.split(' ')[3]));

const serving = [];

/** Resolves when the program is ready, or has ended. */
function run(command) {
  const isServer = [...SERVES.keys()].find((name) => command.startsWith(`npx --yes pnpm@10 ${name}`));
  const ready = SERVES.get(isServer);
  return new Promise((resolve) => {
    // A group of its own, so that what serves is ended with everything below it.
    const child = spawn('bash', ['-c', command], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => end(child), LIMIT_MS);
    const done = (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
        if (ready === undefined || !output.includes(ready) || serving.includes(child)) return;
        serving.push(child);
        done(0);
      });
    }
    child.once('close', (code) => done(code ?? 1));
  });
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGINT');
  } catch {
    // It has ended.
  }
}

let failed = commands.length === 0;
for (const command of commands) {
  const begin = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${seconds.padStart(5)} s  ${command}`);
  if (code === 0) continue;
  console.log(output);
  failed = true;
  break;
}
for (const child of serving.toReversed()) {
  const closed = new Promise((resolve) => child.once('close', resolve));
  end(child);
  await closed;
}
process.exitCode = failed ? 1 : 0;
