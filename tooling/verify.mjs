// `pnpm verify`: everything that has to hold besides the tests. Runs all of it before it fails.
import { checkFiles } from './checks/check-files.mjs';
import { checkManifests } from './checks/check-manifests.mjs';
import { checkPackages } from './checks/check-packages.mjs';
import { runCommand } from './checks/run-command.mjs';

const command =
  (name, ...args) =>
  () =>
    runCommand(name, args);

const CHECKS = [
  { title: 'Format', fix: 'pnpm format', run: command('oxfmt', '--check') },
  { title: 'Lint', fix: 'pnpm lint', run: command('oxlint', '--deny-warnings') },
  { title: 'Files', run: checkFiles },
  { title: 'Manifests', run: checkManifests },
  { title: 'Error reference', run: command('node', 'tooling/checks/errors-reference.mjs') },
  { title: 'Types', run: command('tsc', '-p', 'tsconfig.json') },
  { title: 'Types in the workflow sandbox', run: command('tsc', '-p', 'tooling/tsconfig/sandbox.json') },
  { title: 'Build', run: build },
  { title: 'Settings reference', run: command('node', 'tooling/checks/settings-reference.mjs') },
  { title: 'Boundaries', run: checkBoundaries },
  { title: 'Dead code', run: command('knip') },
  { title: 'Packages', run: checkPackages },
];

async function build() {
  const result = await runCommand('turbo', [
    'run',
    'build',
    '--concurrency=2',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]);
  // What the bundler says about each file that it wrote well.
  const lines = result.output.split('\n').filter((line) => !/:build: *($|>|CLI |ESM )/.test(line));
  return { ...result, output: lines.join('\n') };
}

async function checkBoundaries() {
  const result = await runCommand('depcruise', ['--config', '.dependency-cruiser.cjs', 'packages', 'apps']);
  const modules = Number(/(\d+) modules/.exec(result.output)?.[1] ?? 0);
  return modules > 0
    ? { ...result, note: `${modules} modules` }
    : { ok: false, output: `nothing was checked\n${result.output}` };
}

const results = [];
for (const { title, fix, run } of CHECKS) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 68 - title.length))}`);
  const startedAt = performance.now();
  const { ok, output, note } = await run().catch((error) => ({ ok: false, output: error.stack }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!ok) console.log(output.trim());
  console.log(
    `${ok ? 'ok' : 'FAILED'}${note === undefined ? '' : `, ${note}`}, ${seconds} s${!ok && fix ? `; see also: ${fix}` : ''}`,
  );
  results.push({ title, ok, seconds });
}

console.log(`\n── Summary ${'─'.repeat(61)}`);
for (const { title, ok, seconds } of results) {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${title.padEnd(32)}${seconds.padStart(7)} s`);
}
const failed = results.filter(({ ok }) => !ok);
console.log(
  failed.length === 0 ? '\nverify: everything holds' : `\nverify: ${failed.length} of ${results.length} checks failed`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
