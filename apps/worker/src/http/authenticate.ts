import { createMiddleware } from 'hono/factory';
import { API_BASE, HEALTH_PATH, HOOKS_PATH, type ApiEnvironment } from './api-environment.js';
import type { ApiDependencies } from './api-dependencies.js';
import { hashApiKey, hasScope, isSameHash, type ApiScope } from './api-key.js';
import { createClientAddress } from './client-address.js';
import { ApiProblem } from './problem.js';
import { rememberApiKeys } from './remember-api-keys.js';
import { createTokenBuckets } from './token-bucket.js';

/** A key's last use is written at most once in this time. */
const TOUCH_INTERVAL_MS = 60_000;
const MAX_TOUCHED = 10_000;

const DEFAULT_WRONG_KEYS = { burst: 20, perMinute: 20 };

export type AuthenticateOptions = Pick<ApiDependencies, 'apiKeys' | 'wrongKeys' | 'trustedProxies'>;

/**
 * Finds the caller: by its key where keys are needed, by its address otherwise, for webhooks and for health. An address that sends
 * too many wrong keys has to wait, whatever it sends then; only who was let in a minute ago is let in all the same.
 */
export function authenticate({ apiKeys: keys, wrongKeys = DEFAULT_WRONG_KEYS, trustedProxies }: AuthenticateOptions) {
  const known = keys === undefined ? undefined : rememberApiKeys(keys);
  const addressOf = createClientAddress(trustedProxies);
  const failures = createTokenBuckets(wrongKeys);
  const touched = new Map<string, number>();
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const address = addressOf(context);
    const { path } = context.req;
    if (keys === undefined || known === undefined || path === HEALTH_PATH || path.startsWith(HOOKS_PATH)) {
      context.set('caller', `ip:${address}`);
      return await next();
    }
    const key = readKey(context.req.header('authorization'), context.req.header('x-api-key'));
    const hash = hashApiKey(key);
    const now = Date.now();
    const waitSeconds = failures.waitSeconds(address, performance.now());
    if (waitSeconds > 0 && now - (touched.get(hash) ?? 0) >= TOUCH_INTERVAL_MS) {
      throw new ApiProblem('Api.TooManyRequests', `Too many wrong API keys; try again in ${waitSeconds} s`, {
        headers: { 'retry-after': String(waitSeconds) },
      });
    }
    const record = await known.findByHash(hash);
    if (record === undefined || !isSameHash(record.hash, hash) || record.revokedAt !== null) {
      failures.take(address, performance.now());
      throw unauthorized('The API key is not known, or it was revoked');
    }
    const scope = neededScope(context.req.method, path);
    if (!hasScope(record.scopes, scope)) {
      throw new ApiProblem('Api.Forbidden', `The API key needs the scope "${scope}"`, {
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      });
    }
    context.set('caller', `key:${record.id}`);
    if (now - (touched.get(hash) ?? 0) >= TOUCH_INTERVAL_MS) {
      if (touched.size >= MAX_TOUCHED) touched.clear();
      touched.set(hash, now);
      // Nobody waits for it, and a store that is down must not refuse a caller that is known.
      void keys.touch(record.id, new Date(now).toISOString()).catch(() => undefined);
    }
    return await next();
  });
}

function readKey(authorization: string | undefined, header: string | undefined): string {
  if (authorization !== undefined) {
    const match = /^Bearer +(\S+)$/i.exec(authorization.trim());
    if (match === null) throw unauthorized('The Authorization header must be "Bearer <API key>"');
    return match[1]!;
  }
  if (header !== undefined && header !== '') return header;
  throw unauthorized('Send an API key as "Authorization: Bearer <key>" or as "X-API-Key: <key>"');
}

function unauthorized(detail: string): ApiProblem {
  return new ApiProblem('Api.Unauthorized', detail, { headers: { 'www-authenticate': 'Bearer realm="compozy"' } });
}

const ADMIN_PATHS = ['schedules', 'dead-letters'].map((part) => `${API_BASE}/${part}/`);

/** Looking is `read`, starting and steering is `run`; what changes how the project works is `admin`. */
export function neededScope(method: string, path: string): ApiScope {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return 'read';
  return ADMIN_PATHS.some((admin) => path.startsWith(admin)) ? 'admin' : 'run';
}
