import { z } from '@hono/zod-openapi';
import { createSchemaValidator } from '@compozy/core/schema';
import type { Context } from 'hono';
import { takeWebhook } from '../../webhooks/take-webhook.js';
import type { ApiDependencies } from '../api-dependencies.js';
import { HOOKS_PATH, type ApiApp, type ApiEnvironment } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import { readJson } from '../check-body.js';
import { ApiProblem } from '../problem.js';
import { showAccepted } from '../show-accepted.js';

const ignored = z.object({ status: z.literal('no_matching_event') }).openapi('IgnoredWebhook');
const accepted = z
  .object({ status: z.literal('accepted'), event: z.string(), event_id: z.string() })
  .openapi('AcceptedWebhook');
const repeated = z
  .object({ status: z.literal('duplicate'), event: z.string(), event_id: z.string() })
  .openapi('RepeatedWebhook');

const hookRoute = (method: 'post' | 'put' | 'patch') =>
  apiRoute(
    {
      method,
      path: `${HOOKS_PATH}{slug}`,
      tags: ['hooks'],
      summary: 'Take a webhook that asks for this method; it needs no API key, but what its "verify" asks for',
      security: [],
      request: {
        params: z.object({ slug: z.string().openapi({ description: 'Of the workflow, in any case' }) }),
        body: {
          required: true,
          description: 'JSON, whatever the content type says',
          content: jsonContent(z.unknown().openapi({ description: 'Any JSON value' })),
        },
      },
    },
    {
      200: {
        description: 'Nothing happens: no filter holds, or the delivery was taken before',
        content: jsonContent(z.union([ignored, repeated])),
      },
      202: { description: 'The event cannot be lost any more', content: jsonContent(accepted) },
    },
    [404, 405, 409, 413, 415, 422, 501],
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
      {
        project,
        events,
        validator,
        onSent: (event) => showAccepted(dependencies, event),
        ...(store === undefined ? {} : { store }),
      },
      {
        slug,
        method: req.method,
        headers,
        query: req.query(),
        body: new Uint8Array(bytes),
        correlationId: readable(headers['x-correlation-id']) ?? context.get('requestId'),
        parse: () => readJson(bytes),
      },
    );
    if (!answer.done) return context.json({ status: 'no_matching_event' as const }, 200);
    const { event, eventId, isRepeated = false } = answer;
    if (!isRepeated) return context.json({ status: 'accepted' as const, event, event_id: eventId }, 202);
    context.header('idempotent-replayed', 'true');
    return context.json({ status: 'duplicate' as const, event, event_id: eventId }, 200);
  };

  // Described only: a signature is one of the bytes as they came, whatever the content type says.
  for (const method of ['post', 'put', 'patch'] as const) app.openAPIRegistry.registerPath(hookRoute(method));
  app.on(['POST', 'PUT', 'PATCH'], `${HOOKS_PATH}:slug`, (context) => take(context, context.req.param('slug')));
}

/** It goes into rows and logs: one that is too long, or has more than visible ASCII in it, counts as none. */
function readable(id: string | undefined): string | undefined {
  return id !== undefined && /^[\x21-\x7e]{1,200}$/.test(id) ? id : undefined;
}
