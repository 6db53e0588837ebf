import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { suggest } from '../schema/suggest.js';
import type { Reporter, ReportOptions, ReportTarget } from '../schema/reporter.js';

const MAX_FILE_BYTES = 10_485_760;

export interface ProjectFile {
  readonly absolute: string;
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** Where the name of a file stands, for the problems that are mended there. */
export interface NamedAt {
  readonly target: ReportTarget;
  readonly options?: ReportOptions;
}

export interface ReadOptions {
  readonly reporter: Reporter;
  readonly namedAt?: NamedAt;
  /** A file that may be missing. */
  readonly optional?: boolean;
}

/** The text of a file of the project, or `undefined` after reporting why there is none. */
export async function readProjectFile(
  dir: string,
  name: string,
  options: ReadOptions,
): Promise<ProjectFile | undefined> {
  const absolute = path.resolve(dir, name);
  const file = toProjectPath(dir, absolute);
  const { reporter, namedAt = { target: { file } }, optional = false } = options;
  const atName = (
    ...[code, message]: Parameters<Reporter['report']> extends [unknown, infer C, infer M, ...unknown[]]
      ? [C, M]
      : never
  ) => reporter.report(namedAt.target, code, message, namedAt.options ?? {});
  const inFile: ReportTarget = { file };
  reporter.open(file);

  if (isOutside(dir, absolute)) {
    atName('file.outside', `"${name}" lies outside of the project`);
    return undefined;
  }
  try {
    const [realDir, real] = await Promise.all([realpath(dir), realpath(absolute)]);
    if (isOutside(realDir, real)) {
      atName('file.outside', `"${name}" is a link to a place outside of the project`);
      return undefined;
    }
    const stats = await stat(real);
    if (!stats.isFile()) {
      atName('file.not-a-file', `"${name}" is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}`);
      return undefined;
    }
    if (stats.size > MAX_FILE_BYTES) {
      reporter.report(inFile, 'file.too-large', `The file has ${stats.size} bytes; ${MAX_FILE_BYTES} are allowed`);
      return undefined;
    }
    // Should a named pipe have taken its place, O_NONBLOCK keeps us from waiting for a writer.
    await using handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    const text = decode(await handle.readFile(), inFile, reporter);
    return text === undefined ? undefined : { absolute, file, text };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (optional) return undefined;
      const hint = /[*?{]/.test(name) ? '; a pattern is not a file name' : '';
      const suggestion = await nearestFile(absolute, name);
      reporter.report(namedAt.target, 'file.missing', `There is no file "${name}"${hint}`, {
        ...namedAt.options,
        suggestion,
      });
    } else if (code === 'EISDIR') atName('file.not-a-file', `"${name}" is a folder`);
    else if (code === 'ELOOP') atName('file.unreadable', `"${name}" is a link that leads to itself`);
    else atName('file.unreadable', `"${name}" cannot be read (${code})`);
    return undefined;
  }
}

/** How diagnostics name a file. */
function toProjectPath(dir: string, absolute: string): string {
  return path.relative(dir, absolute).split(path.sep).join('/');
}

export function isOutside(dir: string, absolute: string): boolean {
  const relative = path.relative(dir, absolute);
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

/** A file beside the missing one whose name is near, written the way the missing one is. */
async function nearestFile(absolute: string, name: string): Promise<string | undefined> {
  const siblings = await readdir(path.dirname(absolute)).catch(() => []);
  const nearest = suggest(path.basename(absolute), siblings);
  return nearest === undefined ? undefined : `${name.slice(0, name.length - path.basename(name).length)}${nearest}`;
}

function decode(bytes: Buffer, target: ReportTarget, reporter: Reporter): string | undefined {
  const text = new TextDecoder('utf-8').decode(bytes);
  const bad = firstInvalid(bytes, text);
  if (bad === undefined) return text;
  const before = text.slice(0, bad).split('\n');
  const at = { line: before.length, column: before.at(-1)!.length + 1 };
  reporter.report(target, 'file.not-text', 'The file is not text in UTF-8', { at, expected: 'UTF-8' });
  return undefined;
}

/** Where the first byte stands that is no text: the decoder put U+FFFD there, or it is NUL. */
function firstInvalid(bytes: Buffer, text: string): number | undefined {
  const nul = text.indexOf('\0');
  const bom = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) {
    const offset = bom + Buffer.byteLength(text.slice(0, at));
    if (!bytes.subarray(offset, offset + 3).equals(REPLACEMENT)) return nul === -1 ? at : Math.min(at, nul);
  }
  return nul === -1 ? undefined : nul;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const REPLACEMENT = Buffer.from([0xef, 0xbf, 0xbd]);
