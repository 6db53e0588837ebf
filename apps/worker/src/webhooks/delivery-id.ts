import type { PlanWebhook } from '@compozy/core';
import { createExecId, deriveExecId } from '../runs/exec-id.js';
import { textAt, textOf } from './read-text.js';
import { schemeOf, type Delivery } from './signature-schemes.js';

/**
 * What the sender calls this delivery, where the webhook asks for it. An id in a header that is signed cannot be changed
 * by whoever sends a recorded request again; other headers count where there is none.
 */
export function dedupeKey({ dedupe, verify }: PlanWebhook, delivery: Delivery): string | undefined {
  if (!dedupe.enabled) return undefined;
  const inBody = dedupe.key === undefined ? undefined : textAt(delivery.payload, dedupe.key);
  const scheme = schemeOf(verify);
  if (scheme?.idIsDedupeKey === true) return inBody ?? scheme.deliveryId?.(delivery);
  return textOf(delivery.headers['x-idempotency-key']) ?? inBody;
}

/** The id of the event: the same for a delivery that is sent again, where the sender says which one it is. */
export function deliveryEventId(
  webhook: PlanWebhook,
  delivery: Delivery,
  { project, key }: { readonly project: string; readonly key: string | undefined },
): string {
  const known = schemeOf(webhook.verify)?.deliveryId?.(delivery) ?? key;
  return known === undefined ? createExecId() : deriveExecId(`webhook\n${project}\n${webhook.slug}\n${known}`);
}
