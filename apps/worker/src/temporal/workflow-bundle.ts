import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { dispatcherWorkflowPath } from '@compozy/dispatcher';
import { interceptorsPath, preloadPath } from '@compozy/workflows';

const require = createRequire(import.meta.url);

export interface BundleOptions {
  /** Modules with workflow interceptors, beside the engine's own. */
  readonly interceptorModules?: readonly string[];
  /** For workers with a deployment version; the server refuses what others say of versions. */
  readonly isVersioned?: boolean;
}

/** A dispatcher lives longer than any build of its workers. */
const UPGRADED_DISPATCHER = `
const { setWorkflowOptions } = require('@temporalio/workflow');
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, dispatcher.DispatcherWorkflow);
`;

/**
 * The file with the bundled workflow code, the dispatcher added to what `workflowsPath` exports. The engine's own is made
 * once for each version of the SDK and of the engine, then taken from `cacheDir`: bundling takes one to two seconds. Code
 * of a user is bundled each time, because it may import what lies anywhere.
 */
export async function bundleWorkflows(
  workflowsPath: string,
  cacheDir: string,
  { interceptorModules = [], isVersioned = false }: BundleOptions = {},
): Promise<string> {
  const isOurs = interceptorModules.length === 0 && isInside(packageOf(preloadPath), workflowsPath);
  const key = isOurs ? await bundleKey(workflowsPath, isVersioned) : randomUUID();
  const file = path.join(cacheDir, `workflows-${key}.js`);
  if (isOurs && (await exists(file))) return file;
  await mkdir(cacheDir, { recursive: true });
  const entry = path.join(cacheDir, `workflows-${key}.entry.cjs`);
  await writeFile(entry, `${entrySource(workflowsPath)}${isVersioned ? UPGRADED_DISPATCHER : ''}`);
  // The bundler looks for the SDK beside the entry; what counts is the copy that the workflow code uses.
  const sdk = path.dirname(resolveFrom(workflowsPath, '@temporalio/workflow/package.json'));
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    preloadModules: [preloadPath],
    workflowInterceptorModules: [interceptorsPath, ...interceptorModules],
    logger: quiet,
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, alias: { ...config.resolve?.alias, '@temporalio/workflow': sdk } },
    }),
  });
  if (!isOurs) {
    await rm(entry);
    // The same code is the same file, so that restarts do not fill the disk.
    const same = path.join(
      cacheDir,
      `own-workflows-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`,
    );
    await replaceFile(same, code);
    return same;
  }
  await replaceFile(file, code);
  return file;
}

/**
 * Property by property, because a copy of the whole module may neither miss a default export nor lose names like
 * `constructor` to what every object inherits. What `workflowsPath` exports wins.
 */
function entrySource(workflowsPath: string): string {
  return `'use strict';
const dispatcher = require(${JSON.stringify(dispatcherWorkflowPath)});
const workflows = require(${JSON.stringify(workflowsPath)});
for (const module of [dispatcher, workflows])
  for (const name of Object.keys(module))
    Object.defineProperty(exports, name, { value: module[name], enumerable: true, configurable: true });
`;
}

function resolveFrom(file: string, name: string): string {
  try {
    return createRequire(file).resolve(name);
  } catch {
    return require.resolve(name);
  }
}

/** Another process may be reading the old one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

/** The folder of a file in `dist/workflow`. */
function packageOf(file: string): string {
  return path.dirname(path.dirname(file));
}

function isInside(folder: string, file: string): boolean {
  return file.startsWith(`${folder}${path.sep}`);
}

async function bundleKey(workflowsPath: string, isVersioned: boolean): Promise<string> {
  const hash = createHash('sha256');
  hash.update((require('@temporalio/worker/package.json') as { version: string }).version);
  hash.update(workflowsPath).update(String(isVersioned));
  const core = path.dirname(fileURLToPath(import.meta.resolve('@compozy/core')));
  const ours = [preloadPath, dispatcherWorkflowPath].map((file) => packageOf(file));
  for (const root of [...ours, core]) {
    const files = await readdir(root, { recursive: true });
    for (const name of files.filter((entry) => entry.endsWith('.js')).toSorted()) {
      hash.update(name);
      hash.update(await readFile(path.join(root, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return await readFile(file).then(
    () => true,
    () => false,
  );
}

const ignore = () => undefined;
const quiet = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
