import { createMiddleware } from 'hono/factory';
import { HOOKS_PATH, type ApiEnvironment } from './api-environment.js';
import { hashApiKey, hasScope, isSameHash, type ApiKeys, type ApiScope } from './api-key.js';
import { ApiProblem } from './problem.js';

/** A key's last use is written at most once in this time. */
const TOUCH_INTERVAL_MS = 60_000;
const MAX_TOUCHED = 10_000;

/** Finds the caller: by its key where keys are needed, by its address otherwise and for webhooks. */
export function authenticate(keys: ApiKeys | undefined) {
  const touched = new Map<string, number>();
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    if (keys === undefined || context.req.path.startsWith(HOOKS_PATH)) {
      context.set('caller', `ip:${context.env.incoming?.socket.remoteAddress ?? 'unknown'}`);
      return await next();
    }
    const key = readKey(context.req.header('authorization'), context.req.header('x-api-key'));
    const hash = hashApiKey(key);
    const record = await keys.findByHash(hash);
    if (record === undefined || !isSameHash(record.hash, hash) || record.revokedAt !== null) {
      throw unauthorized('The API key is not known, or it was revoked');
    }
    const scope = neededScope(context.req.method, context.req.path);
    if (!hasScope(record.scopes, scope)) {
      throw new ApiProblem('Api.Forbidden', `The API key needs the scope "${scope}"`, {
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      });
    }
    context.set('caller', `key:${record.id}`);
    const now = Date.now();
    if (now - (touched.get(record.id) ?? 0) >= TOUCH_INTERVAL_MS) {
      if (touched.size >= MAX_TOUCHED) touched.clear();
      touched.set(record.id, now);
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

/** Looking is `read`, starting and steering is `run`; what changes how the project works is `admin`. */
export function neededScope(method: string, path: string): ApiScope {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return 'read';
  return /\/(schedules|dead-letters)(\/|$)/.test(path) ? 'admin' : 'run';
}
