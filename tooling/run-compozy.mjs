// `pnpm compozy …`: the command line of this checkout, built when it has to be.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// What the build prints is no part of what the command prints.
const build = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@compozy/cli...', '--concurrency=2', '--output-logs=errors-only', '--log-prefix=none'],
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
const cli = fileURLToPath(new URL('../apps/cli/bin/compozy.js', import.meta.url));
const run = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(run.status ?? 1);
