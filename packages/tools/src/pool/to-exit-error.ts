import { CompozyError, type JsonObject } from '@compozy/core';
import {
  mask,
  nameSubject,
  toCanceled,
  toTimedOut,
  toToolError,
  type FailureScope,
} from '../failures/to-tool-error.js';
import type { ChildMessage } from '../runtime/message.js';
import type { ProcessSpec } from './process-spec.js';

/** Why a process was ended by us. */
export type StopReason =
  | 'timeout'
  | 'canceled'
  | 'memory'
  | 'channel'
  | 'load-timeout'
  | 'closed'
  | 'idle'
  | 'replaced';

export interface ExitFacts {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Absent while the module is loaded. */
  readonly toolId: string | undefined;
  readonly timeoutMs: number;
  readonly loaded: boolean;
  readonly reason: StopReason | undefined;
  readonly fatal: Extract<ChildMessage, { kind: 'fatal' }> | undefined;
  readonly startError: Error | undefined;
  readonly sawHeapLimit: boolean;
  /** What it printed on stderr while loading. */
  readonly early: readonly string[];
  readonly spec: ProcessSpec;
  readonly scope: FailureScope;
}

/** What the end of a process means for the call that it ran, or for those that wait for it to load. */
export function toExitError(facts: ExitFacts): CompozyError {
  const { reason, fatal, exitCode, signal } = facts;
  const toolId = facts.toolId ?? '';
  const subject = nameSubject(facts.toolId);
  const exit: JsonObject = { ...(facts.toolId === undefined ? {} : { toolId }), exitCode, signal };
  if (facts.startError !== undefined) return toStartError(facts.startError, facts.spec.command);
  if (reason === 'timeout') return toTimedOut(toolId, facts.timeoutMs);
  if (reason === 'canceled') return toCanceled(toolId);
  if (reason === 'memory' || (reason === undefined && facts.sawHeapLimit && (signal !== null || exitCode === 134)))
    return toOutOfMemory(facts);
  if (reason === 'load-timeout') {
    const message = `The tools did not finish loading within ${facts.spec.loadTimeoutMs} ms`;
    return new CompozyError('Tool.LoadFailed', message);
  }
  if (reason === 'channel') {
    const message = `${subject} wrote to, or closed, the channel that results travel on (file descriptor 3)`;
    return new CompozyError('Tool.Crashed', message, { details: exit });
  }
  if (reason !== undefined) {
    return new CompozyError('Tool.Crashed', `The tool runtime ended while ${subject} was running`, { details: exit });
  }
  if (fatal !== undefined) {
    return toToolError(facts.loaded ? 'Tool.Crashed' : 'Tool.LoadFailed', fatal.error, facts.scope, {
      origin: fatal.origin,
      ...exit,
    });
  }
  const how = signal === null ? `exited with code ${exitCode ?? 'unknown'}` : `was ended by ${signal}`;
  if (!facts.loaded) {
    const stderr = mask(facts.early.join('\n'), facts.scope.secrets).slice(0, 2_000);
    const message = `The process of the tools ${how} while loading them`;
    return new CompozyError('Tool.LoadFailed', message, { details: stderr === '' ? exit : { ...exit, stderr } });
  }
  return new CompozyError('Tool.Crashed', `The process of "${toolId}" ${how} before the tool returned`, {
    details: exit,
  });
}

function toOutOfMemory({ toolId, spec }: ExitFacts): CompozyError {
  const message = `${nameSubject(toolId)} used more than ${spec.maxMemoryMb} MB of memory`;
  return new CompozyError('Tool.OutOfMemory', message, {
    details: { ...(toolId === undefined ? {} : { toolId }), maxMemoryMb: spec.maxMemoryMb },
  });
}

/** A process that could not be started at all. */
export function toStartError(cause: unknown, command: string): CompozyError {
  const error = cause as NodeJS.ErrnoException;
  const missing = error.code === 'ENOENT' || error.code === 'EACCES';
  const message = `Cannot start "${command}" for tools: ${error.code ?? error.message}`;
  return new CompozyError(missing ? 'Config.Invalid' : 'Tool.Crashed', message, {
    details: { command, ...(error.code === undefined ? {} : { errno: error.code }) },
  });
}
