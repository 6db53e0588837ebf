import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CompozyError } from '@compozy/core';
import type { Bundle } from '../bundle/bundle-entrypoint.js';
import { locateRunner } from '../bundle/locate-runner.js';
import { findVisiblePackages } from '../permissions/visible-packages.js';
import { inspectNode } from '../permissions/inspect-node.js';
import type { ToolPermissions } from '../permissions/parse-permissions.js';
import { toNodeFlags } from '../permissions/to-node-flags.js';
import { findOnPath } from './find-on-path.js';
import type { ProcessSpec } from './process-spec.js';
import { toToolEnvironment } from './tool-environment.js';

const run = promisify(execFile);

export interface LauncherOptions {
  readonly projectDir: string;
  readonly projectDirs: readonly string[];
  readonly entrypoint: string;
  readonly type?: 'node' | 'bun';
  readonly permissions: ToolPermissions;
  readonly cacheDir: string;
  readonly nodePath?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly maxMemoryMb: number;
  readonly outputLimitBytes: number;
  readonly killGraceMs: number;
  readonly loadTimeoutMs: number;
}

/** Knows how to start a tool process on this system. */
export interface Launcher {
  toSpec(bundle: Bundle, env: Readonly<Record<string, string>>): Promise<ProcessSpec>;
}

export async function createLauncher(options: LauncherOptions, onNotice: (text: string) => void): Promise<Launcher> {
  await mkdir(options.cacheDir, { recursive: true });
  const runner = await locateRunner(await realpath(options.cacheDir));
  const wrapper = await findDeathSignalWrapper(options.environment);
  const toArgs = options.type === 'bun' ? await prepareBun(options, onNotice) : await prepareNode(options, onNotice);
  return {
    async toSpec(bundle, env) {
      const environment = toToolEnvironment(options.environment, env);
      await bundle.ensureWritten();
      const [command = '', ...args] = [...wrapper, ...(await toArgs([bundle.dir, ...runner.readable])), runner.file];
      const facts = JSON.stringify([args, Object.entries(environment).toSorted()]);
      const { projectDirs, maxMemoryMb, outputLimitBytes, killGraceMs, loadTimeoutMs } = options;
      return {
        bundleHash: bundle.hash,
        key: `${bundle.hash}:${createHash('sha256').update(facts).digest('hex')}`,
        command,
        args,
        cwd: options.projectDir,
        environment,
        // The longest first: one that begins another must not leave the rest of it behind.
        secrets: Object.values(env).toSorted((a, b) => b.length - a.length),
        projectDirs,
        maxMemoryMb,
        outputLimitBytes,
        killGraceMs,
        loadTimeoutMs,
        init: {
          bundleUrl: pathToFileURL(bundle.file).href,
          entrypointUrl: pathToFileURL(options.entrypoint).href,
          needsRequire: bundle.needsRequire,
        },
      };
    },
  };
}

type ToArgs = (needed: readonly string[]) => Promise<string[]>;

async function prepareNode(options: LauncherOptions, onNotice: (text: string) => void): Promise<ToArgs> {
  const wanted = options.nodePath ?? process.execPath;
  const nodePath = (await findOnPath(wanted, options.environment['PATH'])) ?? wanted;
  const { canRestrictNet } = await inspectNode(nodePath);
  if (!canRestrictNet && !options.permissions.net) {
    onNotice(`"${nodePath}" cannot restrict the network (Node 25 and later can): tools reach it without --allow-net`);
  }
  const packages = await findVisiblePackages(options.projectDir);
  return async (needed) => [
    nodePath,
    // Directory entries are read for each call: a file that is new in the project is readable by the next call.
    ...toNodeFlags({ ...options, needed: [...needed, ...packages], canRestrictNet }),
    `--max-old-space-size=${Math.floor(options.maxMemoryMb)}`,
    '--enable-source-maps',
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ];
}

async function prepareBun(options: LauncherOptions, onNotice: (text: string) => void): Promise<ToArgs> {
  const bun = await findOnPath('bun', options.environment['PATH']);
  if (bun === undefined) {
    const message = 'runtime.type is "bun", but there is no "bun" on PATH; install it or use "node"';
    throw new CompozyError('Config.Invalid', message);
  }
  onNotice('bun has no permission model: runtime.permissions is not enforced, tools have all rights of the worker');
  return async () => [bun, 'run'];
}

/** On Linux a busy tool, too, ends with a worker that was killed: the kernel sees to it, where `setpriv` can ask. */
async function findDeathSignalWrapper(environment: LauncherOptions['environment']): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const setpriv = await findOnPath('setpriv', environment['PATH']);
  if (setpriv === undefined) return [];
  const wrapper = [setpriv, '--pdeathsig', 'KILL'];
  return await run(setpriv, [...wrapper.slice(1), process.execPath, '--version'], { env: {}, timeout: 30_000 }).then(
    () => wrapper,
    () => [],
  );
}
