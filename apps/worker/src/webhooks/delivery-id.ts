import { isJsonObject, type Json, type PlanWebhook } from '@compozy/core';
import { createExecId, deriveExecId } from '../exec-id.js';

export interface Delivery {
  readonly payload: Json;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the sender calls this delivery, where the webhook asks for it: the header, else a value of the body. */
export function dedupeKey({ dedupe }: PlanWebhook, { payload, headers }: Delivery): string | undefined {
  if (!dedupe.enabled) return undefined;
  return textOf(headers['x-idempotency-key']) ?? (dedupe.key === undefined ? undefined : textAt(payload, dedupe.key));
}

/** The id of the event: the same for a delivery that is sent again, where the sender says which one it is. */
export function deliveryEventId(
  webhook: PlanWebhook,
  delivery: Delivery,
  { project, key }: { readonly project: string; readonly key: string | undefined },
): string {
  const { strategy } = webhook.verify;
  const known =
    (strategy === 'github' ? textOf(delivery.headers['x-github-delivery']) : undefined) ??
    (strategy === 'stripe' ? textAt(delivery.payload, 'id') : undefined) ??
    key;
  return known === undefined ? createExecId() : deriveExecId(`webhook\n${project}\n${webhook.slug}\n${known}`);
}

function textAt(payload: Json, path: string): string | undefined {
  let value: Json | undefined = payload;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) value = /^\d+$/.test(part) ? (value[Number(part)] as Json | undefined) : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return textOf(typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
