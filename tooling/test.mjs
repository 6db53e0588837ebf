// `pnpm test`: builds, makes sure that there is a Temporal server, runs all tests, and closes with one line of counts.
// Arguments go to vitest: `pnpm test packages/tools`.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countTests, KINDS } from './checks/count-tests.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = process.argv.slice(2);

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** The first time this may download or build the server; no test should have to wait for that. */
async function prepareServer() {
  try {
    const { startDevServer } = await import('../packages/dev-server/dist/index.js');
    const server = await startDevServer({ log: (message) => console.log(message) });
    await server.stop();
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

async function runProject(project, directory) {
  const file = join(directory, `${project}.json`);
  const code = await run(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    `--project=${project}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    '--passWithNoTests',
    ...filters,
  ]);
  const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  return countTests({ project, report, code, pathOf: (name) => relative(root, name) });
}

async function main() {
  const problems = [];
  const build = await run('turbo', [
    'run',
    'build',
    '--concurrency=2',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]);
  if (build !== 0) problems.push('The build failed; tests that use built packages cannot pass');
  if (!(await prepareServer())) problems.push('There is no Temporal server; tests that need one cannot pass');

  const directory = await mkdtemp(join(tmpdir(), 'compozy-test-'));
  try {
    const counts = [await runProject('unit', directory), await runProject('temporal', directory)];
    const sum = (pick) => counts.reduce((total, count) => total + pick(count), 0);
    console.log();
    for (const kind of KINDS) console.log(`${kind}: ${sum((count) => count.ran[kind])} ran`);
    const [machine, server] = counts.map(({ scenarios }) => scenarios);
    console.log(`scenarios: ${machine} in the machine, ${server} on a server`);
    for (const { project, problem } of counts) if (problem !== undefined) console.log(`${project}: ${problem}`);
    for (const problem of problems) console.log(problem);

    const passed = sum((count) => count.passed);
    // What kept the tests from being what they should be fails like a test.
    const failed = sum((count) => count.failed) + problems.length;
    if (passed + failed === 0) console.log('No test ran');
    console.log(`${passed} passed, ${failed} failed, ${sum((count) => count.skipped)} skipped`);
    return failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
