import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';

/** What the middleware leaves for the routes. */
export interface ApiEnvironment {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Who asks: `key:<id>`, or `ip:<address>` where no keys are needed. */
    caller: string;
  };
}

export type ApiApp = OpenAPIHono<ApiEnvironment>;

export const API_BASE = '/api/v0';

/** Webhooks are below it. They carry proofs of their own, which their senders make, and no API key. */
export const HOOKS_PATH = `${API_BASE}/hooks/`;

/** Needs no API key either: what watches a server has none. */
export const HEALTH_PATH = `${API_BASE}/health`;

/** Who asks, as part of names: without keys nobody is known, and an address may change between two tries. */
export function callerName(context: Context<ApiEnvironment>): string {
  const caller = context.get('caller');
  return caller.startsWith('ip:') ? 'anyone' : caller;
}
