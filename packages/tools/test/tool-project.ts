import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CompozyError, type Json, type ToolCall, type ToolRunner } from '@compozy/core';
import { createToolRuntime, type ToolProcessEvent, type ToolRuntime, type ToolRuntimeOptions } from '../src/index.js';

/** A project in a temporary directory, its runtime, and everything that the runtime reported. */
export interface ToolProject extends AsyncDisposable {
  readonly dir: string;
  readonly runtime: ToolRuntime;
  readonly events: ToolProcessEvent[];
  readonly notices: string[];
  /** Pids of processes that have started. */
  pids(): number[];
  write(files: Readonly<Record<string, string>>): void;
  run(toolId: string, call?: Partial<ToolCall>): Promise<Json>;
}

export function createToolProject(
  files: Readonly<Record<string, string>>,
  options: Partial<ToolRuntimeOptions> = {},
): ToolProject {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'compozy-tools-')));
  const events: ToolProcessEvent[] = [];
  const notices: string[] = [];
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  };
  write(files);
  const runtime = createToolRuntime({
    projectDir: dir,
    entrypoint: 'tools.ts',
    killGraceMs: 100,
    onProcess: (event) => events.push(event),
    onNotice: (text) => notices.push(text),
    ...options,
  });
  return {
    dir,
    runtime,
    events,
    notices,
    pids: () => events.flatMap((event) => (event.kind === 'started' && event.pid !== undefined ? [event.pid] : [])),
    write,
    run: (toolId, call) => runtime.run(toCall(toolId, call)),
    async [Symbol.asyncDispose]() {
      await runtime.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function toCall(toolId: string, call: Partial<ToolCall> = {}): ToolCall {
  return {
    toolId,
    input: {},
    config: {},
    env: {},
    timeoutMs: 60_000,
    idempotencyKey: 'key',
    signal: new AbortController().signal,
    ...call,
  };
}

/** The error of a call that has to fail. */
export async function failureOf(promise: Promise<unknown>): Promise<CompozyError> {
  const error: unknown = await promise.then(
    (value) => new Error(`it did not fail, it returned ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (CompozyError.isInstance(error)) return error;
  throw error;
}

export function failureOfTool(runner: ToolRunner, toolId: string, call?: Partial<ToolCall>): Promise<CompozyError> {
  return failureOf(runner.run(toCall(toolId, call)));
}

/** Whether a process exists and is not a zombie that somebody else has to collect. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
