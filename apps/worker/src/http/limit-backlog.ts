import { createMiddleware } from 'hono/factory';
import { API_BASE, HOOKS_PATH, type ApiEnvironment } from './api-environment.js';
import type { ApiDependencies } from './api-dependencies.js';
import { ApiProblem } from './problem.js';

/** What brings new work; steering what runs is never refused. */
const STARTS = new RegExp(`^${API_BASE}/(events|(workflows|tasks|agents)/[^/]+/executions(/sync)?)$`);
const MAX_RETRY_S = 60;

/**
 * Refuses new work while more than `maxBacklog` tasks wait for a worker: what is accepted would only wait longer. A
 * server that cannot tell refuses nobody.
 */
export function limitBacklog({ backlog: read, maxBacklog: limit }: Pick<ApiDependencies, 'backlog' | 'maxBacklog'>) {
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const { method, path } = context.req;
    const isNewWork = method !== 'GET' && (STARTS.test(path) || path.startsWith(HOOKS_PATH));
    if (!isNewWork || read === undefined || limit === undefined) return await next();
    const backlog = await read().catch(() => undefined);
    if (backlog === undefined || backlog.tasks <= limit) return await next();
    const seconds = Math.ceil((backlog.tasks - limit) / Math.max(1, backlog.perSecond));
    const retrySeconds = Math.min(MAX_RETRY_S, Math.max(1, seconds));
    const detail = `${backlog.tasks} tasks wait for a worker, more than the ${limit} that may; try again in ${retrySeconds} s`;
    throw new ApiProblem('Api.Overloaded', detail, { headers: { 'retry-after': String(retrySeconds) } });
  });
}
