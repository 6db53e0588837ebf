import { closedError, toCanceled } from '../failures/to-tool-error.js';
import { killOnExit } from './kill-on-exit.js';
import type { ProcessSpec, ToolProcessEvent } from './process-spec.js';
import { readResidentMb } from './read-memory.js';
import { toStartError, type StopReason } from './to-exit-error.js';
import { ToolProcess } from './tool-process.js';

export interface ProcessPoolOptions {
  readonly maxProcesses: number;
  readonly warmProcesses: number;
  readonly idleTimeoutMs: number;
  readonly onProcess: (event: ToolProcessEvent) => void;
}

interface Waiter {
  readonly spec: ProcessSpec;
  readonly resolve: (child: ToolProcess) => void;
  readonly reject: (error: unknown) => void;
  overtaken: number;
}

/** A waiting call is passed over this often by calls that fit a free process, then it is next. */
const MAX_OVERTAKEN = 8;
/** Reading /proc costs microseconds; elsewhere `ps` has to be started. */
const MEMORY_CHECK_MS = process.platform === 'linux' ? 50 : 500;

/**
 * Keeps processes and hands each to one call at a time, in the order of arrival. A process that is free goes to a call
 * with its own key; if there is none, the one that was idle longest makes room for another key.
 */
export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #alive = new Set<ToolProcess>();
  readonly #starting = new Set<ToolProcess>();
  readonly #idle = new Set<ToolProcess>();
  /** Those that are ending, too. */
  readonly #all = new Set<ToolProcess>();
  readonly #retired = new WeakSet<ToolProcess>();
  #queue: Waiter[] = [];
  #latest: ProcessSpec | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /** A ready process that is nobody else's until {@link release}. Rejects with `Task.Canceled` when aborted. */
  async acquire(spec: ProcessSpec, signal: AbortSignal, toolId: string): Promise<ToolProcess> {
    if (this.#closed) throw closedError();
    if (signal.aborted) throw toCanceled(toolId);
    this.#latest = spec;
    const { promise, resolve, reject } = Promise.withResolvers<ToolProcess>();
    const waiter: Waiter = { spec, resolve, reject, overtaken: 0 };
    const onAbort = (): void => {
      this.#queue = this.#queue.filter((other) => other !== waiter);
      reject(toCanceled(toolId));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#queue.push(waiter);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  release(child: ToolProcess): void {
    if (!child.isUsable) return;
    void this.#keepIfSmall(child);
  }

  /** Ends idle processes that do not satisfy `keep`; busy ones end after their call. */
  retire(keep: (spec: ProcessSpec) => boolean): void {
    for (const child of this.#alive) {
      if (keep(child.spec)) continue;
      if (this.#idle.has(child)) this.#end(child, 'replaced');
      else this.#retired.add(child);
    }
    if (this.#latest !== undefined && !keep(this.#latest)) this.#latest = undefined;
  }

  /** Kills every process; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#memoryTimer);
    clearInterval(this.#idleTimer);
    for (const waiter of this.#queue.splice(0)) waiter.reject(closedError());
    for (const child of this.#all) child.stop('closed');
    await Promise.all([...this.#all].map((child) => child.exited));
  }

  async #keepIfSmall(child: ToolProcess): Promise<void> {
    // What one call leaves behind must not be the end of the next one.
    const pid = child.pid ?? 0;
    const resident = (await readResidentMb([pid])).get(pid) ?? 0;
    if (!child.isUsable) return;
    if (this.#retired.has(child) || resident > child.spec.maxMemoryMb / 2) this.#end(child, 'replaced');
    else this.#idle.add(child);
    this.#dispatch();
  }

  #dispatch(): void {
    if (this.#closed) return;
    this.#handOut();
    const coming = new Map<string, number>();
    for (const child of this.#starting) coming.set(child.spec.key, (coming.get(child.spec.key) ?? 0) + 1);
    // A copy: a start that fails at once takes its call out of the queue.
    const waiting = this.#queue.slice();
    for (const waiter of waiting) {
      const covered = coming.get(waiter.spec.key) ?? 0;
      if (covered > 0) coming.set(waiter.spec.key, covered - 1);
      else if (!this.#makeRoom()) break;
      else this.#start(waiter.spec);
    }
    this.#keepWarm();
    this.#scheduleChecks();
  }

  /** Gives idle processes to waiting calls. */
  #handOut(): void {
    for (const child of [...this.#idle].toSorted((a, b) => b.lastUsed - a.lastUsed)) {
      if (!child.isUsable) continue;
      const index = this.#queue.findIndex((waiter) => waiter.spec.key === child.spec.key);
      const passed = this.#queue.slice(0, Math.max(0, index));
      // The process stays idle, and makes room for a call that has waited long enough.
      const unfair =
        this.#alive.size >= this.#options.maxProcesses && passed.some((one) => one.overtaken >= MAX_OVERTAKEN);
      if (index === -1 || unfair) continue;
      for (const waiter of passed) waiter.overtaken += 1;
      this.#idle.delete(child);
      this.#queue.splice(index, 1)[0]?.resolve(child);
    }
  }

  #makeRoom(): boolean {
    if (this.#alive.size < this.#options.maxProcesses) return true;
    const oldest = [...this.#idle].toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
    if (oldest === undefined) return false;
    this.#end(oldest, 'replaced');
    return true;
  }

  #start(spec: ProcessSpec): void {
    const child = this.#spawn(spec);
    if (child === undefined) return;
    killOnExit(child);
    this.#all.add(child);
    this.#alive.add(child);
    this.#starting.add(child);
    void child.ready.then(
      () => {
        this.#starting.delete(child);
        if (child.isUsable) this.#idle.add(child);
        this.#dispatch();
        if (this.#retired.has(child) && this.#idle.has(child)) this.#end(child, 'replaced');
      },
      (error: unknown) => {
        this.#end(child, 'replaced');
        this.#fail(spec, error);
        this.#dispatch();
      },
    );
    void child.exited.then(() => {
      this.#forget(child);
      this.#all.delete(child);
      this.#dispatch();
    });
  }

  #spawn(spec: ProcessSpec): ToolProcess | undefined {
    try {
      return new ToolProcess(spec, this.#options.onProcess);
    } catch (error) {
      this.#fail(spec, toStartError(error, spec.command));
      return undefined;
    }
  }

  /** One waiting call learns why; the others try for themselves. Nothing is kept warm that does not start. */
  #fail(spec: ProcessSpec, error: unknown): void {
    if (this.#latest?.key === spec.key) this.#latest = undefined;
    const index = this.#queue.findIndex((waiter) => waiter.spec.key === spec.key);
    if (index !== -1) this.#queue.splice(index, 1)[0]?.reject(error);
  }

  #end(child: ToolProcess, reason: StopReason): void {
    this.#forget(child);
    child.stop(reason);
  }

  #forget(child: ToolProcess): void {
    for (const set of [this.#alive, this.#starting, this.#idle]) set.delete(child);
  }

  /** Replaces processes that were lost, for the environment that was asked for last. */
  #keepWarm(): void {
    const spec = this.#latest;
    if (spec === undefined || this.#queue.length > 0) return;
    const present = [...this.#alive].filter((child) => child.spec.key === spec.key).length;
    const missing = Math.min(this.#options.warmProcesses - present, this.#options.maxProcesses - this.#alive.size);
    for (let index = 0; index < missing; index++) this.#start(spec);
  }

  #scheduleChecks(): void {
    if (this.#alive.size > this.#idle.size)
      this.#memoryTimer ??= setInterval(() => void this.#checkMemory(), MEMORY_CHECK_MS).unref();
    if (this.#idle.size > 0)
      this.#idleTimer ??= setInterval(() => this.#endIdle(), Math.min(1_000, this.#options.idleTimeoutMs)).unref();
  }

  async #checkMemory(): Promise<void> {
    const watched = [...this.#alive].filter((child) => !this.#idle.has(child) && child.pid !== undefined);
    if (watched.length === 0) {
      clearInterval(this.#memoryTimer);
      this.#memoryTimer = undefined;
      return;
    }
    const resident = await readResidentMb(watched.map((child) => child.pid ?? 0));
    for (const child of watched) {
      if ((resident.get(child.pid ?? 0) ?? 0) > child.spec.maxMemoryMb) child.stop('memory');
    }
  }

  #endIdle(): void {
    if (this.#idle.size === 0) {
      clearInterval(this.#idleTimer);
      this.#idleTimer = undefined;
    }
    const oldEnough = performance.now() - this.#options.idleTimeoutMs;
    const byAge = [...this.#idle].toSorted((a, b) => b.lastUsed - a.lastUsed);
    const warm = byAge.filter((child) => child.spec.key === this.#latest?.key).slice(0, this.#options.warmProcesses);
    for (const child of byAge) {
      if (child.lastUsed < oldEnough && !warm.includes(child)) this.#end(child, 'idle');
    }
  }
}
