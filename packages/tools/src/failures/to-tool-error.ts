import { CompozyError, type ErrorCode, type JsonObject } from '@compozy/core';
import { closestName } from '../runtime/closest-name.js';
import type { ThrownError } from '../runtime/describe-thrown.js';
import { cleanStack } from './clean-stack.js';

/** What the texts of a failure are made with. */
export interface FailureScope {
  /** Absent while the module is loaded. */
  readonly toolId: string | undefined;
  readonly projectDirs: readonly string[];
  /** Values of the call's environment: they are masked in what a tool says. */
  readonly secrets: readonly string[];
}

/** Permission names of Node, and what to write in `runtime.permissions`. */
const NEEDED: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-read',
  FileSystemWrite: '--allow-write',
  Net: '--allow-net',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Addon: '--allow-addons',
  WASI: '--allow-wasi',
};

/** The error for something that the tool, or its module, threw. A missing permission wins over `code`. */
export function toToolError(
  code: ErrorCode,
  thrown: ThrownError,
  scope: FailureScope,
  details?: JsonObject,
): CompozyError {
  if (thrown.denied !== undefined) return toPermissionDenied(thrown.denied, scope);
  const stack = thrown.stack === undefined ? [] : cleanStack(mask(thrown.stack, scope.secrets), scope.projectDirs);
  return new CompozyError(
    code,
    mask(thrown.message, scope.secrets) || `${nameSubject(scope.toolId)} threw without a message`,
    {
      details: {
        ...(scope.toolId === undefined ? {} : { toolId: scope.toolId }),
        ...details,
        name: mask(thrown.name, scope.secrets),
        ...(stack.length === 0 ? {} : { stack }),
        ...(thrown.cause === undefined ? {} : { cause: mask(thrown.cause, scope.secrets) }),
        ...(thrown.type === undefined ? {} : { type: mask(thrown.type, scope.secrets) }),
        ...(thrown.retryable === undefined ? {} : { retryable: false }),
      },
    },
  );
}

/** How a message names what failed. */
export function nameSubject(toolId: string | undefined): string {
  return toolId === undefined ? 'The module of the tools' : `"${toolId}"`;
}

export function toNotFound(toolId: string, toolIds: readonly string[]): CompozyError {
  const closest = closestName(toolId, toolIds);
  const none = 'there are none; the file that "runtime.entrypoint" of compozy.yaml names exports them';
  const known = toolIds.length === 0 ? none : `there are ${quoteSome(toolIds)}`;
  const hint = closest === undefined ? known : `did you mean "${closest}"?`;
  return new CompozyError('Tool.NotFound', `No tool function "${toolId}": ${hint}`, {
    details: { toolId, candidates: toolIds.slice(0, 50) },
  });
}

export function toTimedOut(toolId: string, timeoutMs: number): CompozyError {
  return new CompozyError('Tool.TimedOut', `"${toolId}" did not finish within ${timeoutMs} ms`, {
    details: { toolId, timeoutMs },
  });
}

export function toCanceled(toolId: string): CompozyError {
  return new CompozyError('Task.Canceled', `The call of "${toolId}" was canceled`, { details: { toolId } });
}

/** The worker ends; another one may do the call. */
export function closedError(): CompozyError {
  return new CompozyError('Tool.Crashed', 'The tool runtime is closed');
}

function toPermissionDenied(denied: NonNullable<ThrownError['denied']>, scope: FailureScope): CompozyError {
  const flag = NEEDED[denied.permission];
  const isPath = denied.permission.startsWith('FileSystem') && denied.resource !== '';
  const needed = flag === undefined ? undefined : isPath ? `${flag}=${mask(denied.resource, scope.secrets)}` : flag;
  const resource = mask(denied.resource, scope.secrets);
  const what =
    resource.length > 1 && resource !== 'true' && flag !== undefined && (isPath || denied.permission === 'Net')
      ? `"${resource}"`
      : describeKind(denied.permission);
  const advice = needed === undefined ? 'which no permission allows' : `add "${needed}" to runtime.permissions`;
  return new CompozyError('Tool.PermissionDenied', `${nameSubject(scope.toolId)} may not use ${what}: ${advice}`, {
    details: {
      ...(scope.toolId === undefined ? {} : { toolId: scope.toolId }),
      permission: denied.permission,
      resource,
      ...(needed === undefined ? {} : { needed }),
    },
  });
}

function describeKind(permission: string): string {
  const kinds: Readonly<Record<string, string>> = {
    Net: 'the network',
    ChildProcess: 'child processes',
    WorkerThreads: 'worker threads',
    Addon: 'native addons',
    WASI: 'WASI',
  };
  return kinds[permission] ?? `"${permission}"`;
}

/** Short values are left alone: they occur in words that are no secret. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => (secret.length < 8 ? masked : masked.replaceAll(secret, '***')), text);
}

function quoteSome(ids: readonly string[]): string {
  const shown = ids.slice(0, 10).map((id) => `"${id}"`);
  return shown.join(', ') + (ids.length > 10 ? ` and ${ids.length - 10} more` : '');
}
