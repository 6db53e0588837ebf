import { CompozyError, type Json, type ToolCall, type ToolRunner } from '@compozy/core';
import { closedError, toCanceled, toNotFound, toTimedOut, toToolError } from './failures/to-tool-error.js';
import { toToolEnvironment } from './pool/tool-environment.js';
import { describeThrown } from './runtime/describe-thrown.js';
import { toOutput } from './runtime/serialize-output.js';
import { createToolLogger, type AnyToolFunction, type ToolFunction } from './runtime/tool-function.js';

/** Settings of {@link createFunctionTools}. */
export interface FunctionToolsOptions {
  /** Root of the project, that stacks are shown relative to. */
  readonly projectDir?: string;
  /** How long a function may go on after its signal was aborted, before the call is given up. Default 2 seconds. */
  readonly killGraceMs?: number;
  /** Largest output of a call in bytes of JSON. Default 10 MB. */
  readonly outputLimitBytes?: number;
}

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs functions of this very process, with the errors and the timeout of {@link createToolRuntime} but without its
 * protection: a function has all rights of the worker, and one that blocks the event loop blocks the worker.
 * A function that ignores its signal is given up after the grace period and goes on unobserved.
 */
export function createFunctionTools(
  functions: Readonly<Record<string, AnyToolFunction>>,
  options: FunctionToolsOptions = {},
): ToolRunner {
  const byId = new Map(Object.entries(functions) as [string, ToolFunction][]);
  const graceMs = options.killGraceMs ?? 2_000;
  const limitBytes = options.outputLimitBytes ?? 10 * 1_024 * 1_024;
  const running = new Map<AbortController, Promise<unknown>>();
  let closed = false;

  const invoke = async (fn: ToolFunction, call: ToolCall, signal: AbortSignal): Promise<Json> => {
    let returned: unknown;
    try {
      // A copy, because what the function changes is the caller's otherwise.
      returned = await fn(structuredClone(call.input) as Json, structuredClone(call.config), {
        signal,
        logger: createToolLogger((stream, text) => call.log?.({ stream, text })),
        idempotencyKey: call.idempotencyKey,
        env: { ...call.env },
      });
    } catch (error) {
      throw toToolError('Tool.Threw', describeThrown(error), {
        toolId: call.toolId,
        projectDirs: options.projectDir === undefined ? [] : [options.projectDir],
        secrets: Object.values(call.env),
      });
    }
    const output = toOutput(returned, limitBytes);
    if (output.ok) return output.output as Json;
    throw new CompozyError(output.failure.code, `"${call.toolId}": ${output.failure.message}`, {
      details: { toolId: call.toolId },
    });
  };

  return {
    async run(call) {
      if (closed) throw closedError();
      const fn = byId.get(call.toolId);
      if (fn === undefined) throw toNotFound(call.toolId, [...byId.keys()]);
      toToolEnvironment({}, call.env);
      if (call.signal.aborted) throw toCanceled(call.toolId);
      const controller = new AbortController();
      const result = invoke(fn, call, controller.signal);
      const outcome = settleInTime(result, call, controller, graceMs);
      running.set(controller, outcome);
      try {
        return await outcome;
      } finally {
        running.delete(controller);
      }
    },
    toolIds: async () => [...byId.keys()],
    async close() {
      closed = true;
      for (const controller of running.keys()) controller.abort(closedError());
      await Promise.allSettled(running.values());
    },
  };
}

/** The first of: the result, the timeout, the cancellation, the close; the last three leave the function its grace period. */
async function settleInTime(
  result: Promise<Json>,
  call: ToolCall,
  controller: AbortController,
  graceMs: number,
): Promise<Json> {
  const { promise, reject } = Promise.withResolvers<never>();
  let grace: NodeJS.Timeout | undefined;
  let stopped: CompozyError | undefined;
  const stop = (error: CompozyError, reason: unknown): void => {
    if (stopped !== undefined) return;
    stopped = error;
    grace = setTimeout(() => reject(error), graceMs);
    controller.abort(reason);
  };
  const onTimeout = (): void =>
    stop(toTimedOut(call.toolId, call.timeoutMs), new DOMException('The tool ran out of time', 'TimeoutError'));
  const onCancel = (): void => stop(toCanceled(call.toolId), new DOMException('The call was canceled', 'AbortError'));
  const onClose = (): void => stop(closedError(), undefined);
  const timer = setTimeout(onTimeout, Math.min(call.timeoutMs, LONGEST_TIMER_MS));
  call.signal.addEventListener('abort', onCancel, { once: true });
  controller.signal.addEventListener('abort', onClose, { once: true });
  try {
    const output = await Promise.race([result, promise]);
    if (stopped !== undefined) throw stopped;
    return output;
  } catch (error) {
    throw stopped ?? error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    call.signal.removeEventListener('abort', onCancel);
  }
}
