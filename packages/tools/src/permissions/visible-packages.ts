import { readdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

const MAX_DIRECTORIES = 512;

/**
 * Directories that hold the packages which code in `projectDir` can import: every `node_modules` from there up, and
 * where their links lead (workspace packages, the store of pnpm), followed until nothing new is found.
 */
export async function findVisiblePackages(projectDir: string): Promise<readonly string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  const queue = modulesAbove(projectDir);
  for (const directory of queue) {
    if (seen.has(directory) || found.length >= MAX_DIRECTORIES) continue;
    seen.add(directory);
    const real = await realpath(directory).catch(() => undefined);
    if (real === undefined) continue;
    addUncovered(found, directory);
    addUncovered(found, real);
    for (const target of await readLinks(real)) {
      // A link to the project itself, or to what contains it, would open more than packages.
      if (isCovered(found, target) || isCovered([target], projectDir)) continue;
      const store = target.lastIndexOf(`${sep}node_modules${sep}`);
      // A package in a store sees its neighbours; one of the workspace has its own node_modules.
      if (store === -1) addUncovered(found, target);
      queue.push(...(store === -1 ? modulesAbove(target) : [target.slice(0, store + `${sep}node_modules`.length)]));
    }
  }
  return found;
}

function modulesAbove(directory: string): string[] {
  const parent = dirname(directory);
  return [join(directory, 'node_modules'), ...(parent === directory ? [] : modulesAbove(parent))];
}

async function readLinks(modules: string): Promise<string[]> {
  const entries = await readdir(modules, { withFileTypes: true }).catch(() => []);
  const scopes = entries.filter((entry) => entry.name.startsWith('@') && entry.isDirectory());
  const links = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(modules, entry.name));
  const scoped = await Promise.all(scopes.map((scope) => readLinks(join(modules, scope.name))));
  const targets = await Promise.all(links.map((link) => realpath(link).catch(() => undefined)));
  return [...targets.filter((target) => target !== undefined), ...scoped.flat()];
}

function addUncovered(found: string[], directory: string): void {
  if (!isCovered(found, directory)) found.push(directory);
}

function isCovered(found: readonly string[], directory: string): boolean {
  return found.some((one) => directory === one || directory.startsWith(one + sep));
}
