import type { Json, PlanWebhook, ProjectSource } from '@compozy/core';
import { parseTemplate, renderTemplate } from '@compozy/core/template';
import type { SchemaValidator } from '@compozy/core/schema';
import type { ApiDependencies, ApiEvent, ApiEvents } from '../http/api-dependencies.js';
import { ApiProblem } from '../http/problem.js';
import { dedupeKey, deliveryEventId } from './delivery-id.js';
import { eventPayload, matchEvent, type WebhookRequest } from './match-event.js';
import { takeOnce } from './take-once.js';
import { verifyWebhook } from './verify-webhook.js';

export interface RawWebhookRequest extends Omit<WebhookRequest, 'payload'> {
  readonly slug: string;
  readonly method: string;
  readonly body: Uint8Array;
  readonly correlationId: string;
  /** The body as JSON. @throws `Api.Malformed` */
  parse(): Json;
}

export type WebhookAnswer =
  | {
      readonly done: true;
      readonly event: string;
      readonly eventId: string;
      /** It came before; this is what was answered then. */
      readonly isRepeated?: true;
    }
  | { readonly done: false };

export interface WebhookIntake extends Pick<ApiDependencies, 'project' | 'store'> {
  readonly events: ApiEvents;
  readonly validator: SchemaValidator;
  /** Hears of an event that was sent, before its sender does. */
  readonly onSent?: (event: ApiEvent) => Promise<void>;
}

/** Takes one request: who sent it, whether it came before, what it means; then its event is sent. */
export async function takeWebhook(intake: WebhookIntake, request: RawWebhookRequest): Promise<WebhookAnswer> {
  const { project, events, store, validator, onSent } = intake;
  const webhook = findWebhook(project, request);
  const payload = request.parse();
  const { headers, body, correlationId } = request;
  const now = Date.now();
  const isSigned = verifyWebhook(webhook.verify, secretOf(webhook, project), { body, headers, now });
  if (isSigned === undefined) throw unusableSecret(webhook.slug);
  if (!isSigned) {
    throw new ApiProblem('Api.Unsigned', 'The signature of the request is missing, wrong or too old', {
      headers: { 'www-authenticate': 'Signature realm="compozy"' },
    });
  }
  const delivery = { payload, body, headers, query: request.query };
  const key = dedupeKey(webhook, delivery);
  const name = key === undefined ? undefined : `idempotency:webhook:${project.name}:${webhook.slug}:${key.text}`;
  const { ttlMs } = webhook.dedupe;
  return await takeOnce({ repository: store?.idempotency, name, ttlMs }, async () => {
    const event = matchEvent(webhook, delivery);
    if (event === undefined) return { done: false };
    const eventId = deliveryEventId(webhook, delivery, { project: project.name, key, now });
    const outgoing: ApiEvent = {
      eventId,
      name: event.name,
      payload: eventPayload(event, payload, validator),
      correlationId,
      source: `webhook:${webhook.slug}`,
    };
    await events.send(outgoing);
    await onSent?.(outgoing);
    return { done: true, event: event.name, eventId };
  });
}

function findWebhook(project: ProjectSource, { slug, method }: RawWebhookRequest): PlanWebhook {
  const wanted = slug.toLowerCase();
  for (const id of project.workflowIds()) {
    const found = project.plan(id)?.webhooks?.find((webhook) => webhook.slug === wanted);
    if (found === undefined) continue;
    if (found.method === method) return found;
    throw new ApiProblem('Api.MethodNotAllowed', `${method} is not allowed here; this webhook takes ${found.method}`, {
      headers: { allow: found.method },
    });
  }
  throw new ApiProblem('Api.NotFound', 'There is no such webhook');
}

/** Rendered for each request: a secret that was changed holds at once, and none is kept. */
function secretOf({ verify }: PlanWebhook, project: ProjectSource): string {
  const { strategy, secret } = verify;
  if (strategy === 'none') return '';
  const host = { now: Date.now, random: Math.random };
  return renderTemplate(parseTemplate(secret ?? ''), { env: project.secrets() }, host);
}

function unusableSecret(slug: string): ApiProblem {
  const cause = new Error(
    `The secret of the webhook "${slug}" is empty or no key; set it in the .env file, for "standard" in Base64, with or without "whsec_" before it`,
  );
  return new ApiProblem('Api.Internal', 'The server failed; its log has the reason under the request id', { cause });
}
