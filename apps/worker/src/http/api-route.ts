import { createRoute, type RouteConfig } from '@hono/zod-openapi';
import { problemSchema } from './api-schemas.js';

const PROBLEM_CONTENT = { 'application/problem+json': { schema: problemSchema } };

/** Every route may answer with these. */
const COMMON = [400, 401, 403, 429, 500, 503] as const;

/**
 * A route of the API. The problem documents that it may answer with are named by status; handlers throw them, so that
 * their own answers are the others.
 */
export function apiRoute<R extends Omit<RouteConfig, 'responses'>, S extends RouteConfig['responses']>(
  route: R,
  responses: S,
  problems: readonly number[] = [],
) {
  const documented = Object.fromEntries(
    [...COMMON, ...problems].map((status) => [String(status), { description: 'A problem', content: PROBLEM_CONTENT }]),
  );
  const created = createRoute({ ...route, responses: { ...documented, ...responses } });
  return created as Omit<typeof created, 'responses'> & { responses: S };
}

/** JSON of one schema, as a body of a request or of a response. */
export function jsonContent<T>(schema: T) {
  return { 'application/json': { schema } };
}
