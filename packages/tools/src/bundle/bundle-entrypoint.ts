import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompozyError } from '@compozy/core';
import { build, type BuildFailure, type Loader, type Message, type Plugin } from 'esbuild';
import { TOOL_BUILD } from './build-options.js';

export interface BundleOptions {
  readonly projectDir: string;
  readonly entrypoint: string;
  readonly cacheDir: string;
}

/** The project's tools as one module on disk. */
export interface Bundle {
  readonly hash: string;
  readonly dir: string;
  readonly file: string;
  /** It calls `require`, which an ES module does not have. */
  readonly needsRequire: boolean;
  /** Absolute paths of what it was made from. */
  readonly inputs: readonly string[];
  /** Writes the files again if somebody cleaned the cache. */
  readonly ensureWritten: () => Promise<void>;
}

export type BundleOutcome =
  | { readonly ok: true; readonly bundle: Bundle }
  | { readonly ok: false; readonly error: CompozyError; readonly inputs: readonly string[] };

const BUNDLE_NAME = 'tools.mjs';
const KEPT_BUNDLES = 20;

/**
 * Bundles the entrypoint with everything that it imports by a relative path or a path of its tsconfig; packages stay
 * imports. The file is named by its content, so equal sources give one process pool and one cache entry.
 */
export async function bundleEntrypoint(options: BundleOptions): Promise<BundleOutcome> {
  const { projectDir, entrypoint, cacheDir } = options;
  const configs = ['package.json', 'tsconfig.json'].map((name) => join(projectDir, name));
  const read = new Set([entrypoint, ...configs.filter((path) => existsSync(path))]);
  try {
    const result = await build({
      absWorkingDir: projectDir,
      entryPoints: [entrypoint],
      outfile: join(cacheDir, '0'.repeat(16), BUNDLE_NAME),
      ...TOOL_BUILD,
      metafile: true,
      sourcemap: 'linked',
      sourcesContent: false,
      define: META_NAMES,
      plugins: [keepSourceLocations(read)],
    });
    for (const path of Object.keys(result.metafile.inputs)) read.add(resolve(projectDir, path));
    const files = new Map(result.outputFiles.map((file) => [extname(file.path), file.text]));
    const code = files.get('.mjs') ?? '';
    const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
    const dir = join(cacheDir, hash);
    const ensureWritten = async (): Promise<void> => {
      if (existsSync(join(dir, BUNDLE_NAME))) return;
      await mkdir(dir, { recursive: true });
      await replaceFile(join(dir, `${BUNDLE_NAME}.map`), files.get('.map') ?? '');
      await replaceFile(join(dir, BUNDLE_NAME), code);
      await removeOldBundles(cacheDir);
    };
    await ensureWritten();
    const needsRequire = code.includes('__require(');
    return {
      ok: true,
      bundle: { hash, dir, file: join(dir, BUNDLE_NAME), needsRequire, inputs: [...read], ensureWritten },
    };
  } catch (cause) {
    return { ok: false, error: toBuildError(cause, options), inputs: [...read] };
  }
}

/** What a long session of hot reload leaves behind. A bundle that somebody still wants is written again. */
async function removeOldBundles(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(cacheDir, name);
      return { path, time: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  const old = found.toSorted((a, b) => b.time - a.time).slice(KEPT_BUNDLES);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true }).catch(() => {})));
}

/** Other workers of the project may write the same file at this moment. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** What tells a module where it is: kept true to the source file, or files beside it would not be found. */
const META_NAMES = {
  'import.meta.url': '__compozy_url',
  'import.meta.filename': '__compozy_filename',
  'import.meta.dirname': '__compozy_dirname',
  'import.meta.path': '__compozy_filename',
  'import.meta.dir': '__compozy_dirname',
  __filename: '__compozy_filename',
  __dirname: '__compozy_dirname',
};

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

function keepSourceLocations(read: Set<string>): Plugin {
  return {
    name: 'keep-source-locations',
    setup(context) {
      context.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        read.add(path);
        const source = await readFile(path, 'utf8');
        const loader = LOADERS[extname(path)] ?? 'js';
        if (source.startsWith('#!') || !/import\.meta|__dirname|__filename/.test(source))
          return { contents: source, loader };
        // On the first line, so that positions in the source map stay right.
        const values = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
        const names = Object.entries(values).map(([name, value]) => `__compozy_${name} = ${JSON.stringify(value)}`);
        return { contents: `const ${names.join(', ')}; ${source}`, loader };
      });
    },
  };
}

function toBuildError(cause: unknown, options: BundleOptions): CompozyError {
  const errors = isBuildFailure(cause) ? cause.errors : [];
  if (errors.length === 0) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new CompozyError('Tool.BuildFailed', `Cannot build the tools of "${options.projectDir}": ${text}`, {
      cause,
    });
  }
  const lines = errors.slice(0, 10).map((error) => describeMessage(error, options.projectDir));
  const more = errors.length > 10 ? `\n… and ${errors.length - 10} more` : '';
  return new CompozyError('Tool.BuildFailed', `Cannot build the tools: ${lines.join('\n')}${more}`, {
    details: { errors: lines },
  });
}

function describeMessage({ text, location }: Message, projectDir: string): string {
  if (location === null) return text;
  const file = relative(projectDir, resolve(projectDir, location.file));
  return `${file}:${location.line}:${location.column + 1}: ${text}`;
}

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}
