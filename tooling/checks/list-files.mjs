import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, runCommand } from './run-command.mjs';

/** Every file of the checkout that git knows or would add, with its text, by path from the root. */
export async function listFiles(pattern) {
  const { ok, output } = await runCommand('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  if (!ok) throw new Error(`git ls-files failed: ${output}`);
  const paths = [...new Set(output.split('\0'))].filter((path) => pattern.test(path)).toSorted();
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8').catch(() => undefined) })),
  );
  // A deleted file stays in the index until the next commit.
  return files.filter(({ text }) => text !== undefined);
}

/** Publishable workspaces: every package.json of packages and apps that is not private. */
export async function listPackages() {
  const files = await listFiles(/^(packages|apps)\/[^/]+\/package\.json$/);
  return files
    .map(({ path, text }) => ({ directory: path.slice(0, -'/package.json'.length), manifest: JSON.parse(text) }))
    .filter(({ manifest }) => manifest.private !== true);
}
