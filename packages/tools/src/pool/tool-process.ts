/**
 * One process that runs tool functions, one call at a time.
 *
 * - P1 a call settles exactly once, at the latest when its process has ended.
 * - P2 a process that was stopped for any reason is never used again.
 * - P3 nothing that the process sends can throw here: it is parsed, bounded, and ends the process if it is damaged.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import { CompozyError, type Json, type ToolCall } from '@compozy/core';
import { toCanceled, toNotFound, toToolError, type FailureScope } from '../failures/to-tool-error.js';
import { encodeFrame, FrameReader } from '../runtime/frame.js';
import type { ChildMessage, ParentMessage } from '../runtime/message.js';
import { OutputLines } from './output-lines.js';
import { toExitError, type StopReason } from './to-exit-error.js';
import type { ProcessSpec, ToolProcessEvent } from './process-spec.js';

const FRAME_OVERHEAD_BYTES = 65_536;
/** How long the rest of the output may take to arrive after a result, or after an exit. */
const DRAIN_MS = 250;
/** Node fires timers that are longer than this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface RunningCall {
  readonly id: number;
  readonly call: ToolCall;
  readonly settle: (outcome: { output: Json } | { error: CompozyError }) => void;
  graceTimer?: NodeJS.Timeout;
  /** The tool has returned or thrown: nothing that happens from now on is the outcome. */
  finished: boolean;
}

type CallMessage = Exclude<ChildMessage, { kind: 'ready' | 'load-failed' | 'started' | 'fatal' }>;

export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ToolProcess {
  readonly spec: ProcessSpec;
  readonly pid: number | undefined;
  /** Ids of the functions once the module is loaded; rejects with `Tool.LoadFailed` and the like. */
  readonly ready: Promise<readonly string[]>;
  /** Resolves when the process is gone and its output is read. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  lastUsed = performance.now();
  calls = 0;
  /** Whether the last call reached the process. */
  callStarted = false;

  readonly #child: ChildProcess;
  readonly #token = randomBytes(8);
  readonly #reader: FrameReader;
  readonly #lines: { readonly stdout: OutputLines; readonly stderr: OutputLines };
  readonly #notify: (event: ToolProcessEvent) => void;
  readonly #settleReady: { resolve: (ids: readonly string[]) => void; reject: (error: CompozyError) => void };
  #running: RunningCall | undefined;
  #stopReason: StopReason | undefined;
  #fatal: Extract<ChildMessage, { kind: 'fatal' }> | undefined;
  #startError: Error | undefined;
  #loaded = false;
  #gone = false;
  #markers = 0;
  #onMarkers: (() => void) | undefined;

  constructor(spec: ProcessSpec, notify: (event: ToolProcessEvent) => void) {
    this.spec = spec;
    this.#notify = notify;
    this.#reader = new FrameReader({ token: this.#token, maxBytes: spec.outputLimitBytes + FRAME_OVERHEAD_BYTES });
    const marker = `\0${randomBytes(8).toString('hex')}\0\n`;
    const onMarker = (): void => {
      this.#markers -= 1;
      if (this.#markers <= 0) this.#onMarkers?.();
    };
    const lines = (): OutputLines => new OutputLines({ marker: Buffer.from(marker), onMarker });
    this.#lines = { stdout: lines(), stderr: lines() };
    // A group of its own, so that what the tool starts can be ended with it.
    this.#child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: spec.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.pid = this.#child.pid;
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    promise.catch(() => {});
    this.ready = promise;
    this.#settleReady = { resolve, reject };
    this.exited = this.#watchExit();
    this.#listen();
    this.#write(this.#encode({ kind: 'init', ...spec.init, outputLimitBytes: spec.outputLimitBytes, marker }));
    const loading = setTimeout(() => this.stop('load-timeout'), spec.loadTimeoutMs);
    void Promise.allSettled([promise]).then(() => clearTimeout(loading));
    this.#notify({ kind: 'started', pid: this.pid });
  }

  get isUsable(): boolean {
    return !this.#gone && this.#stopReason === undefined && this.#fatal === undefined;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Runs one call; the process must be ready and idle. Rejects with `CompozyError`, after the process if that ends. */
  async execute(call: ToolCall): Promise<Json> {
    const { toolId, input, config, idempotencyKey } = call;
    if (call.signal.aborted) throw toCanceled(toolId);
    const envNames = Object.keys(call.env);
    // First, because an input that is not JSON throws here.
    const frame = this.#encode({ kind: 'call', id: this.calls + 1, toolId, input, config, idempotencyKey, envNames });
    this.calls += 1;
    this.callStarted = false;
    this.#hold(true);
    this.#lines.stdout.attach((text) => call.log?.({ stream: 'stdout', text }));
    this.#lines.stderr.attach((text) => call.log?.({ stream: 'stderr', text }));
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    const running: RunningCall = {
      id: this.calls,
      call,
      finished: false,
      settle: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.output)),
    };
    this.#running = running;
    this.#markers = 2;
    const timer = setTimeout(() => this.#interrupt('timeout'), Math.min(call.timeoutMs, LONGEST_TIMER_MS));
    const onAbort = (): void => this.#interrupt('canceled');
    call.signal.addEventListener('abort', onAbort, { once: true });
    if (this.#gone) this.#settleAfterExit({ exitCode: null, signal: null });
    else this.#write(frame);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      clearTimeout(running.graceTimer);
      call.signal.removeEventListener('abort', onAbort);
      this.#lines.stdout.detach();
      this.#lines.stderr.detach();
      this.#running = undefined;
      // An end marker is missing: the tool closed a stream or still floods it.
      if (this.#markers > 0) this.stop('replaced');
      this.lastUsed = performance.now();
      this.#hold(false);
    }
  }

  /** Kills the process and everything in its group. The reason given first is the one that counts. */
  stop(reason: StopReason): void {
    if (this.#gone) return;
    this.#stopReason ??= reason;
    // Who waits for the end must not find the event loop empty.
    this.#hold(true);
    this.#kill();
  }

  #kill(): void {
    if (this.pid === undefined || this.#gone) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }

  /** Asks the tool to end by its signal; what happens then, its process is over after the grace period. */
  #interrupt(reason: 'timeout' | 'canceled'): void {
    const running = this.#running;
    if (running === undefined || running.finished || this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    this.#write(this.#encode({ kind: 'abort', reason }));
    running.graceTimer = setTimeout(() => this.#kill(), this.spec.killGraceMs);
  }

  #listen(): void {
    const channel = this.#channel();
    channel.on('data', (chunk: Buffer) => this.#receive(chunk));
    channel.on('error', () => this.#kill());
    // The channel ends with the process; if only the channel does, the tool closed it.
    channel.on('end', () => setTimeout(() => this.stop('channel'), DRAIN_MS).unref());
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.on('data', (chunk: Buffer) => this.#lines[stream].push(chunk));
      this.#child[stream]?.on('error', () => {});
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#gone || this.#stopReason === 'channel') return;
    try {
      for (const text of this.#reader.push(chunk)) this.#handle(JSON.parse(text) as ChildMessage);
    } catch {
      this.stop('channel');
    }
  }

  #handle(message: ChildMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#loaded = true;
        this.#hold(this.isBusy);
        this.#notify({ kind: 'ready', pid: this.pid });
        return this.#settleReady.resolve(message.toolIds);
      case 'load-failed':
        return this.#settleReady.reject(toToolError('Tool.LoadFailed', message.error, this.#scope(undefined)));
      case 'started':
        this.callStarted = true;
        return undefined;
      case 'fatal':
        this.#fatal = message;
        // It exits by itself, unless an exit handler of the tool hangs.
        setTimeout(() => this.#kill(), DRAIN_MS).unref();
        return undefined;
      default:
        return message.id === this.#running?.id ? this.#finishSafely(this.#running, message) : undefined;
    }
  }

  #finishSafely(running: RunningCall, message: CallMessage): void {
    this.#finish(running, message).catch(() => {
      running.finished = false;
      this.stop('channel');
    });
  }

  async #finish(running: RunningCall, message: CallMessage): Promise<void> {
    // The tool reacted to its signal in time; the reason of the stop is the outcome all the same.
    if (this.#stopReason !== undefined) return this.#kill();
    running.finished = true;
    await this.#drain();
    const { toolId } = running.call;
    switch (message.kind) {
      case 'result':
        return running.settle({ output: message.output });
      case 'threw':
        return running.settle({ error: toToolError('Tool.Threw', message.error, this.#scope(toolId)) });
      case 'not-found':
        return running.settle({ error: toNotFound(toolId, message.toolIds) });
      default: {
        const { code, message: text } = message.failure;
        return running.settle({ error: new CompozyError(code, `"${toolId}": ${text}`, { details: { toolId } }) });
      }
    }
  }

  /** Until both streams have shown the end marker, so that every line reaches the log of its own call. */
  async #drain(): Promise<void> {
    if (this.#markers <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_MS);
      this.#onMarkers = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onMarkers = undefined;
  }

  #watchExit(): Promise<ProcessExit> {
    const { promise, resolve } = Promise.withResolvers<ProcessExit>();
    let drainTimer: NodeJS.Timeout | undefined;
    const finish = (exit: ProcessExit): void => {
      if (this.#gone) return;
      this.#gone = true;
      clearTimeout(drainTimer);
      this.#lines.stdout.flush();
      this.#lines.stderr.flush();
      for (const stream of [this.#child.stdout, this.#child.stderr, this.#channel()]) stream?.destroy();
      this.#settleAfterExit(exit);
      this.#notify({ kind: 'exited', pid: this.pid, calls: this.calls, reason: this.#stopReason ?? 'itself', ...exit });
      resolve(exit);
    };
    let exit: ProcessExit = { exitCode: null, signal: null };
    this.#child.once('error', (error) => {
      this.#startError = error;
      if (this.pid === undefined) finish(exit);
    });
    this.#child.once('exit', (exitCode, signal) => {
      exit = { exitCode, signal };
      this.#kill();
      // Something that left the group may hold the pipes open for ever.
      drainTimer = setTimeout(() => finish(exit), DRAIN_MS);
    });
    this.#child.once('close', () => finish(exit));
    return promise;
  }

  #settleAfterExit(exit: ProcessExit): void {
    const running = this.#running;
    const toolId = running?.call.toolId;
    const error = toExitError({
      ...exit,
      toolId,
      timeoutMs: running?.call.timeoutMs ?? 0,
      loaded: this.#loaded,
      reason: this.#stopReason,
      fatal: this.#fatal,
      startError: this.#startError,
      sawHeapLimit: this.#lines.stderr.sawHeapLimit,
      early: this.#lines.stderr.early,
      spec: this.spec,
      scope: this.#scope(toolId),
    });
    this.#settleReady.reject(error);
    if (running?.finished === false) running.settle({ error });
  }

  #scope(toolId: string | undefined): FailureScope {
    return { toolId, projectDirs: this.spec.projectDirs, secrets: this.spec.secrets };
  }

  #encode(message: ParentMessage): Buffer {
    return encodeFrame(this.#token, JSON.stringify(message));
  }

  #write(frame: Buffer): void {
    const channel = this.#channel();
    if (!channel.destroyed) channel.write(frame, () => {});
  }

  #channel(): Duplex {
    return this.#child.stdio[3] as Duplex;
  }

  /** A process without a call does not keep the worker alive. */
  #hold(busy: boolean): void {
    if (!busy && !this.isUsable) return;
    const handles = [this.#child, this.#child.stdout, this.#child.stderr, this.#channel()];
    for (const handle of handles as (Readable & { ref?: () => void; unref?: () => void })[]) {
      if (busy) handle?.ref?.();
      else handle?.unref?.();
    }
  }
}
