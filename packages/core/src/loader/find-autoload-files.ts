import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Reporter } from '../schema/reporter.js';
import { isOutside } from './read-project-file.js';

export interface AutoloadPatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface FindOptions {
  /** Absolute paths of files that were read already. */
  readonly taken: readonly string[];
  readonly reporter: Reporter;
  /** Of folders that cannot be searched. */
  readonly severity: 'error' | 'warning';
}

/** Folders that hold no definitions, whatever a pattern says. */
const NEVER: ReadonlySet<string> = new Set(['node_modules', '.compozy', '.git']);
/** What editors and systems leave beside a file. */
const LEFTOVERS = ['**/.#*', '**/*~', '**/*.bak', '**/*.swp', '**/*.tmp', '**/._*'];
const OPTIONS: picomatch.PicomatchOptions = { dot: true, nonegate: true };

/**
 * The files of the project that `include` matches and `exclude` does not, by name in code-unit order, each once.
 * Links are followed inside of the project; a folder that a link puts outside of it is reported.
 */
export async function findAutoloadFiles(
  dir: string,
  { include, exclude }: AutoloadPatterns,
  { taken, reporter, severity }: FindOptions,
): Promise<readonly string[]> {
  const wanted = include.map((pattern) => normalized(pattern));
  const isIncluded = picomatch(wanted, OPTIONS);
  const isExcluded = picomatch([...LEFTOVERS, ...exclude.map((pattern) => normalized(pattern))], OPTIONS);
  const bases = wanted.map((pattern) => (pattern.includes('\\') ? '' : picomatch.scan(pattern).base));
  const mayHold = (folder: string) =>
    bases.some((base) => base === '' || `${base}/`.startsWith(`${folder}/`) || folder.startsWith(`${base}/`));
  const realDir = await realpath(dir);
  const found: string[] = [];

  const entriesOf = async (folder: string) => {
    try {
      const entries = await readdir(path.join(dir, folder), { withFileTypes: true });
      return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const message = `The folder "${folder}" cannot be read (${code})`;
      reporter.report({ file: folder }, 'file.unreadable', message, { severity });
      return [];
    }
  };

  const visit = async (folder: string, around: readonly string[]): Promise<void> => {
    for (const entry of await entriesOf(folder)) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (NEVER.has(entry.name) || isExcluded(name)) continue;
      if (entry.isDirectory() && mayHold(name)) {
        // oxlint-disable-next-line no-await-in-loop -- one folder after the other, so that few are open at once
        await visit(name, [...around, path.join(around.at(-1)!, entry.name)]);
      } else if (entry.isFile() && isIncluded(name)) found.push(name);
      // oxlint-disable-next-line no-await-in-loop -- as above
      else if (entry.isSymbolicLink()) await visitLink(name, around);
    }
  };

  const visitLink = async (name: string, around: readonly string[]): Promise<void> => {
    const real = await realFolder(path.join(dir, name));
    if (real === undefined) {
      // Whoever reads it says where it leads to.
      if (isIncluded(name)) found.push(name);
    } else if (!mayHold(name)) return;
    else if (isOutside(realDir, real)) {
      const message = `"${name}" is a link to a folder outside of the project; list it under "exclude" if it is not meant`;
      reporter.report({ file: name }, 'file.outside', message, { severity });
    } else if (
      !around.includes(real) &&
      !path
        .relative(realDir, real)
        .split(path.sep)
        .some((part) => NEVER.has(part))
    ) {
      await visit(name, [...around, real]);
    }
  };

  await visit('', [realDir]);
  return eachOnce(dir, found.toSorted(), taken);
}

/** Where the folder stands that a link leads to; `undefined` when it leads to none. */
async function realFolder(absolute: string): Promise<string | undefined> {
  try {
    const real = await realpath(absolute);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** A file that is reached by two ways is taken by the one without a link. */
async function eachOnce(dir: string, names: readonly string[], taken: readonly string[]): Promise<readonly string[]> {
  const realOf = async (absolute: string) => realpath(absolute).catch(() => absolute);
  const used = new Set(await Promise.all(taken.map((absolute) => realOf(absolute))));
  const places = await Promise.all(names.map(async (name) => ({ name, real: await realOf(path.join(dir, name)) })));
  const realDir = await realpath(dir);
  const isDirect = ({ name, real }: { name: string; real: string }) => path.join(realDir, name) === real;
  const kept = new Set<string>();
  for (const place of [...places.filter(isDirect), ...places.filter((other) => !isDirect(other))]) {
    if (used.has(place.real)) continue;
    used.add(place.real);
    kept.add(place.name);
  }
  return names.filter((name) => kept.has(name));
}

/** `./tools//*.yaml` is `tools/*.yaml`. */
function normalized(pattern: string): string {
  return pattern.replaceAll(/\/{2,}/g, '/').replace(/^(\.\/)+/, '');
}
