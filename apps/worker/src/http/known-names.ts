import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { ApiApp, ApiEnvironment } from './api-environment.js';

/** What the body or the query of a request may have, by the schema of its route; nothing where that is no object. */
export function knownNames(app: ApiApp, context: Context<ApiEnvironment>, target: string): readonly string[] {
  const path = routePath(context).replaceAll(/:(\w+)/g, '{$1}');
  const method = context.req.method.toLowerCase();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { route } = definition;
    if (route.method !== method || route.path !== path) continue;
    const body = route.request?.body?.content['application/json'];
    const bodySchema = body !== undefined && 'schema' in body ? body.schema : undefined;
    const schema = target === 'query' ? route.request?.query : bodySchema;
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  }
  return [];
}
