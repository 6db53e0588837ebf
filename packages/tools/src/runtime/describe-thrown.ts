/** A thrown value as data; every text is bounded, because a tool decides what it throws. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Message of the error's `cause`, which is often what says what happened. */
  readonly cause?: string;
  /** The error's own `type` or `code`. */
  readonly type?: string;
  /** Present if the error says by `retryable: false` or `nonRetryable: true` that another attempt is of no use. */
  readonly retryable?: false;
  /** The permission of the runtime that was missing, anywhere in the chain of causes. */
  readonly denied?: { readonly permission: string; readonly resource: string };
}

const MESSAGE_LIMIT = 8_192;
const STACK_LIMIT = 16_384;

/** Never throws, whatever was thrown: getters and proxies of a tool may throw themselves. */
export function describeThrown(error: unknown): ThrownError {
  try {
    return describeValue(error);
  } catch {
    return { name: 'Error', message: 'The tool threw a value that cannot be read' };
  }
}

function describeValue(error: unknown): ThrownError {
  if (typeof error !== 'object' || error === null) {
    return { name: typeof error, message: cut(String(error), MESSAGE_LIMIT) };
  }
  const fields = error as Record<string, unknown>;
  const stack = text(fields['stack']);
  const cause = causeOf(fields['cause']);
  const type = ownText(error, 'type') ?? ownText(error, 'code');
  const denied = findDenied(error, 0);
  const final = own(error, 'retryable') === false || own(error, 'nonRetryable') === true;
  return {
    name: cut(text(fields['name']) ?? 'Error', 200),
    message: cut(text(fields['message']) ?? `a thrown ${Object.prototype.toString.call(error)}`, MESSAGE_LIMIT),
    ...(stack === undefined ? {} : { stack: cut(stack, STACK_LIMIT) }),
    ...(cause === undefined ? {} : { cause: cut(cause, 1_024) }),
    ...(type === undefined ? {} : { type: cut(type, 200) }),
    ...(final ? { retryable: false } : {}),
    ...(denied === undefined ? {} : { denied }),
  };
}

function causeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return text(cause);
  const { message, code } = cause as Record<string, unknown>;
  return text(message) || text(code);
}

function findDenied(error: unknown, depth: number): ThrownError['denied'] {
  if (typeof error !== 'object' || error === null || depth > 8) return undefined;
  const { code, permission, resource, syscall, errno, cause, errors } = error as Record<string, unknown>;
  if (code === 'ERR_ACCESS_DENIED' && typeof permission === 'string') {
    return { permission, resource: cut(text(resource) ?? '', 1_024) };
  }
  // Errors of sockets and look-ups name the call, not the permission.
  if (code === 'ERR_ACCESS_DENIED' && typeof syscall === 'string') {
    return findDenied(errno, depth + 1) ?? { permission: 'Net', resource: cut(socketTarget(error), 1_024) };
  }
  if (code === 'ERR_DLOPEN_DISABLED') return { permission: 'Addon', resource: '' };
  const inner = [cause, ...(Array.isArray(errors) ? errors.slice(0, 8) : [])];
  return inner.map((one) => findDenied(one, depth + 1)).find((found) => found !== undefined);
}

function socketTarget(error: object): string {
  const { hostname, address, port } = error as Record<string, unknown>;
  const host = text(hostname) ?? text(address) ?? '';
  return typeof port === 'number' ? `${host}:${port}` : host;
}

function own(target: object, key: string): unknown {
  return Object.hasOwn(target, key) ? (target as Record<string, unknown>)[key] : undefined;
}

function ownText(target: object, key: string): string | undefined {
  const value = own(target, key);
  return typeof value === 'number' ? String(value) : text(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function cut(value: string, limit: number): string {
  return value.length <= limit ? value : `${value.slice(0, limit)}…`;
}
