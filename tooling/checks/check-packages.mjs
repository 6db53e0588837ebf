// What a user gets from the registry: packs each publishable package and lets publint and attw look at the tarball.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPackages } from './list-files.mjs';
import { root, runCommand } from './run-command.mjs';

// The pnpm that runs this script, so that publishConfig is applied as it will be on publishing.
const PNPM = process.env.npm_execpath?.includes('pnpm')
  ? [process.execPath, process.env.npm_execpath]
  : ['npx', '--yes', 'pnpm@10'];

export async function checkPackages() {
  const packages = await listPackages();
  const problems = [];
  if (packages.length === 0) problems.push('no publishable package was found');
  for (const { directory, manifest } of packages) {
    const packed = await mkdtemp(join(tmpdir(), 'compozy-pack-'));
    try {
      for (const problem of await checkPackage(join(root, directory), packed))
        problems.push(`${manifest.name}\n${problem}`);
    } finally {
      await rm(packed, { recursive: true, force: true });
    }
  }
  return { ok: problems.length === 0, output: problems.join('\n'), note: `${packages.length} packages` };
}

async function checkPackage(directory, packed) {
  const [command, ...args] = PNPM;
  const pack = await runCommand(command, [...args, 'pack', '--pack-destination', packed], { cwd: directory });
  const tarball = (await readdir(packed)).find((name) => name.endsWith('.tgz'));
  if (!pack.ok || tarball === undefined) return [`pnpm pack failed: ${pack.output}`];

  const file = join(packed, tarball);
  const checks = [
    ['publint', ['run', file, '--strict']],
    // The packages are ES modules only; require() of them works in every supported Node.
    ['attw', [file, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']],
  ];
  const problems = [];
  for (const [tool, toolArgs] of checks) {
    const result = await runCommand(tool, toolArgs);
    const untyped = tool === 'attw' && result.output.includes('does not contain types');
    if (!result.ok || untyped) problems.push(indent(result.output));
  }
  return problems;
}

function indent(text) {
  return text.trim().replaceAll(/^/gm, '    ');
}
