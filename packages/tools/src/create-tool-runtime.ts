import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { CompozyError, type Json, type ToolCall, type ToolRunner } from '@compozy/core';
import { bundleEntrypoint, type Bundle } from './bundle/bundle-entrypoint.js';
import { closedError } from './failures/to-tool-error.js';
import { createLauncher, type Launcher } from './pool/create-launcher.js';
import { ProcessPool } from './pool/process-pool.js';
import type { ProcessSpec, ToolProcessEvent } from './pool/process-spec.js';
import type { ToolProcess } from './pool/tool-process.js';
import { parsePermissions } from './permissions/parse-permissions.js';

/** Settings of {@link createToolRuntime}. */
export interface ToolRuntimeOptions {
  /** Root of the project; tools start in it. */
  readonly projectDir: string;
  /** The `.ts` or `.js` file whose default export maps tool ids to functions; named exports are the second choice. */
  readonly entrypoint: string;
  /** `bun` needs `bun` on PATH and has no permission model: tools then have all rights of the worker. Default `node`. */
  readonly type?: 'node' | 'bun';
  /** `runtime.permissions` of the project. Default `['--allow-read']`: the project's files, see the README. */
  readonly permissions?: readonly string[];
  /** Resident memory of one process, buffers included. Default 2048. */
  readonly maxMemoryMb?: number;
  /** Calls that run at once. Default `max(16, 4 × cores)`: most tools wait for a network, and an idle process is ~50 MB. */
  readonly maxProcesses?: number;
  /** Processes kept for the environment used last, so that a crash or a pause costs no start. Default 1. */
  readonly warmProcesses?: number;
  /** After this time without a call a process ends, unless it is kept warm. Default 5 minutes. */
  readonly idleTimeoutMs?: number;
  /** Between the abort of a tool's signal and the kill of its process. Default 2 seconds. */
  readonly killGraceMs?: number;
  /** For importing the module of the tools. Default 60 seconds. */
  readonly loadTimeoutMs?: number;
  /** Largest output of a call in bytes of JSON. Default 10 MB. */
  readonly outputLimitBytes?: number;
  /** Where bundles are kept. Default `<projectDir>/.compozy/tools`. */
  readonly cacheDir?: string;
  /** The Node that runs tools. Default: the one that runs this. */
  readonly nodePath?: string;
  /** Where `PATH`, `HOME`, `LANG` and `TMPDIR` of tools come from; nothing else is read. Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told about starts and ends of processes, for metrics. */
  readonly onProcess?: (event: ToolProcessEvent) => void;
  /** Told once about each protection that this system cannot give. */
  readonly onNotice?: (message: string) => void;
}

/** A {@link ToolRunner} over the entrypoint of a project. */
export interface ToolRuntime extends ToolRunner {
  /** Builds again. New calls use the new code, running ones finish with the old. If it throws, the old code stays. */
  reload(): Promise<{ readonly changed: boolean; readonly hash: string }>;
  /** Absolute paths of the files that the bundle is made of, also after a failed build: what a watcher has to watch. */
  inputFiles(): Promise<readonly string[]>;
  /** Takes no new calls, lets those that it has finish, then closes. `close` by itself ends them with `Tool.Crashed`. */
  drain(): Promise<void>;
}

/** Times that a call is given to another process, when the one it was given to had ended unnoticed. */
const MAX_HANDOVERS = 3;

/**
 * Runs the tool functions of a project in a pool of processes. Nothing is built or started before the first call.
 * @throws CompozyError `Config.Invalid` for options that cannot work.
 */
export function createToolRuntime(options: ToolRuntimeOptions): ToolRuntime {
  const projectDir = toRealDir(options.projectDir);
  const settings = {
    ...options,
    projectDir,
    projectDirs: [...new Set([projectDir, resolve(options.projectDir)])],
    entrypoint: isAbsolute(options.entrypoint) ? options.entrypoint : join(projectDir, options.entrypoint),
    cacheDir: resolve(projectDir, options.cacheDir ?? join('.compozy', 'tools')),
    permissions: parsePermissions(options.permissions ?? ['--allow-read']),
    environment: options.environment ?? process.env,
    maxMemoryMb: atLeast(64, 'maxMemoryMb', options.maxMemoryMb ?? 2_048),
    outputLimitBytes: atLeast(2, 'outputLimitBytes', options.outputLimitBytes ?? 10 * 1_024 * 1_024),
    killGraceMs: atLeast(0, 'killGraceMs', options.killGraceMs ?? 2_000),
    loadTimeoutMs: atLeast(1, 'loadTimeoutMs', options.loadTimeoutMs ?? 60_000),
  };
  const pool = new ProcessPool({
    maxProcesses: atLeast(1, 'maxProcesses', options.maxProcesses ?? Math.max(16, 4 * availableParallelism())),
    warmProcesses: atLeast(0, 'warmProcesses', options.warmProcesses ?? 1),
    idleTimeoutMs: atLeast(1, 'idleTimeoutMs', options.idleTimeoutMs ?? 300_000),
    onProcess: quietly(options.onProcess),
  });
  let launcher: Promise<Launcher> | undefined;
  let bundle: Promise<Bundle> | undefined;
  let known: { readonly hash: string; readonly ids: readonly string[] | undefined } | undefined;
  const active = new Set<Promise<Json>>();
  let draining = false;
  let reloading: Promise<unknown> = Promise.resolve();
  let inputs: readonly string[] = [settings.entrypoint];

  const buildBundle = async (): Promise<Bundle> => {
    const outcome = await bundleEntrypoint(settings);
    inputs = outcome.ok ? outcome.bundle.inputs : [...new Set([...inputs, ...outcome.inputs])];
    if (!outcome.ok) throw outcome.error;
    return outcome.bundle;
  };
  // A failure is not remembered: the next call may find the file mended.
  const currentBundle = (): Promise<Bundle> => {
    const pending = (bundle ??= buildBundle());
    pending.catch(() => {
      if (bundle === pending) bundle = undefined;
    });
    return pending;
  };
  const currentLauncher = (): Promise<Launcher> => {
    const pending = (launcher ??= createLauncher(settings, quietly(options.onNotice)));
    pending.catch(() => {
      if (launcher === pending) launcher = undefined;
    });
    return pending;
  };
  const specFor = async (env: Readonly<Record<string, string>>) =>
    (await currentLauncher()).toSpec(await currentBundle(), env);

  const rememberIds = async (spec: ProcessSpec, child: ToolProcess): Promise<readonly string[]> => {
    const ids = await child.ready;
    known = { hash: spec.bundleHash, ids };
    return ids;
  };

  const run = async (call: ToolCall): Promise<Json> => {
    for (let handover = 1; ; handover++) {
      const spec = await specFor(call.env);
      const child = await pool.acquire(spec, call.signal, call.toolId);
      void rememberIds(spec, child);
      try {
        return await child.execute(call);
      } catch (error) {
        const lost = !child.callStarted && !child.isUsable && isCrash(error);
        if (!lost || handover >= MAX_HANDOVERS) throw error;
      } finally {
        pool.release(child);
      }
    }
  };

  const reloadNow = async (): Promise<{ changed: boolean; hash: string }> => {
    const before = await bundle?.catch(() => undefined);
    const next = await buildBundle();
    bundle = Promise.resolve(next);
    // Packages may have been installed meanwhile.
    launcher = undefined;
    pool.retire((spec) => spec.bundleHash === next.hash);
    return { changed: before?.hash !== next.hash, hash: next.hash };
  };

  return {
    async run(call) {
      if (draining) throw closedError();
      const result = run(call);
      active.add(result);
      try {
        return await result;
      } finally {
        active.delete(result);
      }
    },
    async toolIds() {
      const { hash } = await currentBundle();
      if (known?.hash === hash) return known.ids;
      const spec = await specFor({});
      try {
        const child = await pool.acquire(spec, new AbortController().signal, 'toolIds');
        pool.release(child);
        return await rememberIds(spec, child);
      } catch (error) {
        if (!CompozyError.isInstance(error) || error.code !== 'Tool.LoadFailed') throw error;
        // The module may need variables that only a call brings.
        known = { hash: spec.bundleHash, ids: undefined };
        return undefined;
      }
    },
    reload() {
      // One after the other, or an older build could win.
      const result = reloading.then(reloadNow);
      reloading = result.catch(() => {});
      return result;
    },
    async inputFiles() {
      await currentBundle().catch(() => {});
      return inputs;
    },
    async drain() {
      draining = true;
      await Promise.allSettled(active);
      await pool.close();
    },
    close: () => pool.close(),
  };
}

function isCrash(error: unknown): boolean {
  return CompozyError.isInstance(error) && error.code === 'Tool.Crashed';
}

function toRealDir(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    const message = `The project directory "${path}" cannot be opened`;
    throw new CompozyError('Config.Invalid', message, { details: { projectDir: path }, cause });
  }
}

function atLeast(least: number, name: string, value: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new CompozyError('Config.Invalid', `"${name}" is ${value}; it must be at least ${least}`, {
    details: { name },
  });
}

/** A listener of the host must not fail a call. */
function quietly<T>(listener: ((value: T) => void) | undefined): (value: T) => void {
  return (value) => {
    try {
      listener?.(value);
    } catch {
      // Its own business.
    }
  };
}
