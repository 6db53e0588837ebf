import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listPackages } from '../checks/list-files.mjs';
import { root, runCommand } from '../checks/run-command.mjs';

/** What belongs into no package. */
const UNWANTED = /(^|\/)(\.env|[^/]*\.(test|test-d)\.[^/]*|test|__fixtures__|tsconfig[^/]*)(\/|$)|\.tsbuildinfo$/;
const NEEDED = ['package.json', 'README.md', 'LICENSE'];

/** Packs every package as it would be published; fills `packed` with its file, its manifest and its list of files. */
export async function packAll(directory, packed) {
  const build = await runCommand('turbo', ['run', 'build', '--concurrency=2', '--output-logs=errors-only']);
  if (!build.ok) return [build.output];
  const [command, ...args] = process.env.npm_execpath?.includes('pnpm')
    ? [process.execPath, process.env.npm_execpath]
    : ['npx', '--yes', 'pnpm@10'];
  const filters = ['--filter', './packages/*', '--filter', './apps/*'];
  const pack = await runCommand(command, [...args, '-r', ...filters, 'pack', '--pack-destination', directory]);
  if (!pack.ok) return [pack.output];
  const tarballs = await readdir(directory);
  const problems = [];
  for (const { directory: own, manifest } of await listPackages()) {
    const prefix = manifest.name.replace('@', '').replace('/', '-');
    const name = tarballs.find((tarball) => tarball === `${prefix}-${manifest.version}.tgz`);
    if (name === undefined) return [`${manifest.name} was not packed`];
    const file = path.join(directory, name);
    const { output } = await runCommand('tar', ['-tzf', file], { cwd: root });
    const files = output
      .trim()
      .split('\n')
      .map((entry) => entry.replace(/^package\//, ''));
    problems.push(
      ...files.filter((entry) => UNWANTED.test(entry)).map((entry) => `${manifest.name} has ${entry}`),
      ...NEEDED.filter((entry) => !files.includes(entry)).map((entry) => `${manifest.name} lacks ${entry}`),
      ...files
        .filter((entry) => /^dist\/.*\.js$/.test(entry) && !files.includes(`${entry}.map`))
        .map((entry) => `${manifest.name} lacks ${entry}.map`),
    );
    packed.set(manifest.name, { file, manifest, directory: own });
  }
  return problems;
}
