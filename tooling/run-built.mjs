// `pnpm compozy …` and `pnpm worker …`: the programs of this checkout, built when they have to be.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [app, program, ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
// What the build prints is no part of what the program prints.
const build = spawnSync(
  'turbo',
  ['run', 'build', `--filter=@compozy/${app}...`, '--concurrency=2', '--output-logs=errors-only', '--log-prefix=none'],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  },
);
if (build.status !== 0) {
  process.stderr.write(build.stdout ?? '');
  process.exit(1);
}
const file = fileURLToPath(new URL(`../apps/${app}/bin/${program}.js`, import.meta.url));
const run = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' });
process.exit(run.status ?? 1);
