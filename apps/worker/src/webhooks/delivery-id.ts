import { hash } from 'node:crypto';
import type { PlanWebhook } from '@compozy/core';
import { deriveExecId } from '@compozy/core/schema';
import { createExecId } from '../runs/exec-id.js';
import { textAt, textOf } from './read-text.js';
import { schemeOf, type Delivery } from './signature-schemes.js';

/** What tells one delivery from another. */
export interface DedupeKey {
  readonly text: string;
  /** It is made of the whole body: another delivery may say the same, later. */
  readonly isOfBody?: true;
}

/**
 * What makes a delivery the same, where the webhook asks for it. Of a signed request only what is signed counts, if
 * there is such a thing: whoever recorded the request can send it again with other headers.
 */
export function dedupeKey({ dedupe, verify }: PlanWebhook, delivery: Delivery): DedupeKey | undefined {
  if (!dedupe.enabled) return undefined;
  const inBody = dedupe.key === undefined ? undefined : textAt(delivery.payload, dedupe.key);
  const inHeader = textOf(delivery.headers['x-idempotency-key']);
  const scheme = schemeOf(verify);
  if (scheme === undefined) return toKey(inHeader ?? inBody);
  const signed = inBody ?? (scheme.idIsSigned === true ? scheme.deliveryId?.(delivery) : undefined);
  if (signed !== undefined) return toKey(signed);
  if (dedupe.isAskedFor !== true) return toKey(inHeader);
  return { text: `sha256:${hash('sha256', delivery.body)}`, isOfBody: true };
}

/** The id of the event: the same for a delivery that is sent again, where the sender says which one it is. */
export function deliveryEventId(
  webhook: PlanWebhook,
  delivery: Delivery,
  { project, key, now }: { readonly project: string; readonly key: DedupeKey | undefined; readonly now: number },
): string {
  // Temporal knows an event for longer than the key is kept.
  const turn = key?.isOfBody === true ? `${key.text}\n${Math.floor(now / webhook.dedupe.ttlMs)}` : key?.text;
  const known = schemeOf(webhook.verify)?.deliveryId?.(delivery) ?? turn;
  return known === undefined ? createExecId() : deriveExecId(`webhook\n${project}\n${webhook.slug}\n${known}`);
}

function toKey(text: string | undefined): DedupeKey | undefined {
  return text === undefined ? undefined : { text };
}
