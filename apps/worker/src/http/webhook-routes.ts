import { z } from '@hono/zod-openapi';
import { createSchemaValidator } from '@compozy/core/schema';
import type { Context } from 'hono';
import { takeWebhook } from '../webhooks/take-webhook.js';
import type { ApiDependencies } from './api-dependencies.js';
import { HOOKS_PATH, type ApiApp, type ApiEnvironment } from './api-environment.js';
import { apiRoute, jsonContent } from './api-route.js';
import { readJson } from './check-body.js';
import { ApiProblem } from './problem.js';

const hookRoute = apiRoute(
  {
    method: 'post',
    path: `${HOOKS_PATH}{slug}`,
    tags: ['hooks'],
    summary: 'Take a webhook; it needs no API key, but what its "verify" asks for',
    security: [],
    request: { params: z.object({ slug: z.string().openapi({ description: 'Of the workflow, in any case' }) }) },
  },
  {
    200: {
      description: 'No filter holds, so nothing happens',
      content: jsonContent(z.object({ status: z.literal('no_matching_event') }).openapi('IgnoredWebhook')),
    },
    202: {
      description: 'The event cannot be lost any more',
      content: jsonContent(
        z.object({ status: z.literal('accepted'), event: z.string(), event_id: z.string() }).openapi('AcceptedWebhook'),
      ),
    },
  },
  [404, 405, 409, 413, 422, 501],
);

/** Takes in the webhooks of the workflows. */
export function addWebhookRoutes(app: ApiApp, dependencies: ApiDependencies): void {
  const validator = createSchemaValidator();
  const take = async (context: Context<ApiEnvironment>, slug: string) => {
    const { project, events, store } = dependencies;
    if (events === undefined) {
      throw new ApiProblem('Api.NotConfigured', 'This server has no dispatcher, so it takes no webhooks');
    }
    const { req } = context;
    const bytes = await req.arrayBuffer();
    const headers = req.header();
    const answer = await takeWebhook(
      { project, events, validator, ...(store === undefined ? {} : { store }) },
      {
        slug,
        method: req.method,
        headers,
        query: req.query(),
        body: new Uint8Array(bytes),
        correlationId: headers['x-correlation-id'] ?? headers['x-request-id'] ?? context.get('requestId'),
        parse: () => readJson(bytes),
      },
    );
    if (!answer.done) return context.json({ status: 'no_matching_event' as const }, 200);
    return context.json({ status: 'accepted' as const, event: answer.event, event_id: answer.eventId }, 202);
  };

  app.openapi(hookRoute, (context) => take(context, context.req.valid('param').slug));
  // The same, for the webhooks that ask for them.
  app.on(['PUT', 'PATCH'], `${HOOKS_PATH}:slug`, (context) => take(context, context.req.param('slug')));
}
