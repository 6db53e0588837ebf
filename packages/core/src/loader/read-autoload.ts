import { valueAt, type SourceDocument } from '../schema/source-document.js';
import type { CheckedProject } from '../schema/compile-project.js';
import type { AutoloadedFile } from '../schema/check-resources.js';
import { createTrial } from '../schema/trial.js';
import type { Reporter } from '../schema/reporter.js';
import { findAutoloadFiles, type AutoloadPatterns } from './find-autoload-files.js';

export interface Autoloaded {
  readonly files: readonly AutoloadedFile[];
  /** False when some file could not be read at all and may not be left out: what it defines is not known. */
  readonly isComplete: boolean;
}

export interface AutoloadOptions {
  readonly dir: string;
  /** Absolute paths of the files that are read already. */
  readonly taken: readonly string[];
  readonly read: (name: string, reporter: Reporter) => Promise<SourceDocument | undefined>;
}

const MAX_LENGTH = 1_000;
const NOTHING: Autoloaded = { files: [], isComplete: true };

/** D-1: the files that `autoload` of the project file finds, as documents whose keys nobody has looked at yet. */
export async function readAutoload(
  project: CheckedProject,
  { dir, taken, read }: AutoloadOptions,
): Promise<Autoloaded> {
  const { source, document, options } = project;
  const { enabled, strict = false } = document.autoload ?? {};
  const patterns = enabled === true ? checkPatterns(project) : undefined;
  if (patterns === undefined) return NOTHING;
  const { reporter } = options;
  const names = await findAutoloadFiles(dir, patterns, { taken, reporter, severity: strict ? 'error' : 'warning' });
  if (names.length === 0) {
    const message = 'No file matches the patterns of "autoload"';
    reporter.report(source, 'file.pattern', message, { path: ['autoload', 'include'], severity: 'warning' });
  }
  const files: AutoloadedFile[] = [];
  for (const name of names) {
    const trial = createTrial(reporter, strict);
    // oxlint-disable-next-line no-await-in-loop -- the order of files is that of their diagnostics
    const found = await read(name, trial.reporter);
    if (found === undefined) trial.end();
    else files.push({ source: found, trial });
  }
  return { files, isComplete: !strict || files.length === names.length };
}

function checkPatterns({ source, document, options }: CheckedProject): AutoloadPatterns | undefined {
  const { include = [], exclude = [] } = document.autoload ?? {};
  const written = valueAt(source.value, ['autoload', 'include']);
  // A value of the wrong type was reported with the rest of the file.
  if (written === undefined || written === null || (Array.isArray(written) && written.length === 0)) {
    const message = '"autoload" needs "include": patterns of the files to load';
    const expected = 'a list of patterns such as "tools/*.yaml"';
    options.reporter.report(source, 'value.missing', message, { path: ['autoload'], at: 'key', expected });
  }
  let ok = true;
  for (const [key, patterns] of Object.entries({ include, exclude })) {
    for (const [index, pattern] of patterns.entries()) {
      const problem = problemOf(String(pattern));
      if (problem === undefined) continue;
      ok = false;
      const shown = JSON.stringify(String(pattern).slice(0, 100));
      options.reporter.report(source, 'file.pattern', `The pattern ${shown} ${problem}`, {
        path: ['autoload', key, index],
        expected: 'a pattern below the folder of the project, such as "tools/*.yaml"',
      });
    }
  }
  return ok && include.length > 0 ? { include: include.map(String), exclude: exclude.map(String) } : undefined;
}

function problemOf(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'is empty';
  if (/^([/\\~]|[A-Za-z]:)/.test(pattern)) return 'is absolute; give it relative to the project';
  if (pattern.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (pattern.includes('..')) return 'has "..", which could lead out of the project';
  return undefined;
}
