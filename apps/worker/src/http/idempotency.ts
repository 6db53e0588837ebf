import { createHash } from 'node:crypto';
import { isJsonObject, type IdempotencyRepository, type Json, type JsonObject } from '@compozy/core';
import { deriveExecId } from '@compozy/core/schema';
import { oncePerName } from './once-per-name.js';
import { ApiProblem } from './problem.js';

/** How long an answer is kept. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** What a request may take beside waiting for the execution. */
const MARGIN_MS = 60_000;

export interface IdempotentRequest {
  /** Of the header; without it the work is simply done. */
  readonly key: string | undefined;
  /** Who asks for what: the same key means something else to others and on other routes. */
  readonly scope: string;
  readonly body: ArrayBuffer;
  /** How long the work may wait. */
  readonly waitMs?: number;
}

export interface IdempotentAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/**
 * Does the work once for a key and gives its answer again. `work` gets an id that depends on key and body: a second
 * try after a crash finds what the first one began. A failure keeps nothing, so that the key can be used again.
 *
 * @throws `Api.Rejected` for another body, `Api.Conflict` while the first request goes on, `Api.NotConfigured`.
 */
export async function answerOnce(
  repository: IdempotencyRepository | undefined,
  request: IdempotentRequest,
  work: (derivedId: string | undefined) => Promise<IdempotentAnswer>,
): Promise<IdempotentAnswer & { readonly isReplay: boolean }> {
  const { key, scope, body, waitMs = 0 } = request;
  if (key === undefined) return { ...(await work(undefined)), isReplay: false };
  if (repository === undefined) {
    throw new ApiProblem('Api.NotConfigured', 'This server has no store, so it cannot honour Idempotency-Key');
  }
  const name = `http:${scope}:${key}`;
  const fingerprint = createHash('sha256').update(new Uint8Array(body)).digest('hex');
  return await oncePerName<IdempotentAnswer & { readonly isReplay: boolean }>({
    repository,
    name,
    reservedMs: waitMs + MARGIN_MS,
    pending: 'A request with this Idempotency-Key is being worked on',
    taken: (kept) => ({ ...readAnswer(kept, fingerprint), isReplay: true }),
    work: async () => ({ ...(await work(deriveExecId(`${name}\n${fingerprint}`))), isReplay: false }),
    keep: ({ status, body: answer }) => ({ value: { fingerprint, status, body: answer }, ttlMs: KEPT_MS }),
  });
}

function readAnswer(value: Json, fingerprint: string): IdempotentAnswer {
  if (!isJsonObject(value) || typeof value['status'] !== 'number' || !isJsonObject(value['body'])) {
    throw new ApiProblem('Api.Internal', 'What was kept under this Idempotency-Key cannot be read; use another key');
  }
  if (value['fingerprint'] !== fingerprint) {
    throw new ApiProblem('Api.Rejected', 'This Idempotency-Key was used with another body; use a new one');
  }
  return { status: value['status'], body: value['body'] };
}
