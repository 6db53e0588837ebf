// `pnpm corpus`: records the scenarios that have no recording, or that were changed since. `--all` records every one
// anew, a name or a part of one (`basic/`, `router`) those that have it in theirs. `--dispatchers` records the histories
// of dispatchers anew, and nothing else.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startDevServer } from '../packages/dev-server/dist/index.js';
import { recordCorpus, recordDispatchers, silenceTemporal } from '../packages/testing/dist/corpus/index.js';

const root = path.resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    dispatchers: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '4' },
  },
  allowPositionals: true,
});
const jobs = Number(values.jobs);
if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs "${values.jobs}": a whole number from 1 on is needed`);

silenceTemporal();
if (values.dispatchers) {
  await recordDispatchers(path.join(root, 'packages/testing/dispatcher-corpus'), console.log);
  process.exit();
}
const startedAt = performance.now();
let server;
try {
  const { recorded, kept, removed, failed } = await recordCorpus({
    scenarios: path.join(root, 'packages/core/src'),
    corpus: path.join(root, 'packages/testing/corpus'),
    server: async () => (server = await startDevServer({ log: console.log })),
    again: (name) => values.all || positionals.some((part) => name.includes(part)),
    jobs,
    log: console.log,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `corpus: ${recorded.length} recorded, ${kept.length} kept, ${removed.length} removed, ${failed.length} failed, ${seconds} s`,
  );
  if (failed.length > 0) console.log('What was recorded is kept; `pnpm corpus` tries the rest again.');
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await server?.stop();
}
