import { createHash } from 'node:crypto';
import { isJsonObject, type IdempotencyRepository, type Json, type JsonObject } from '@compozy/core';
import { deriveExecId } from '../exec-id.js';
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
  const reservation = await repository.reserve(name, waitMs + MARGIN_MS);
  if (reservation.state === 'pending') {
    throw new ApiProblem('Api.Conflict', 'A request with this Idempotency-Key is being worked on', {
      headers: { 'retry-after': '1' },
    });
  }
  if (reservation.state === 'done') return { ...readAnswer(reservation.value, fingerprint), isReplay: true };
  try {
    const answer = await work(deriveExecId(`${name}\n${fingerprint}`));
    // What was done is done, whatever becomes of the note about it: the derived id finds it again.
    await repository
      .commit(name, { fingerprint, status: answer.status, body: answer.body }, KEPT_MS)
      .catch(() => undefined);
    return { ...answer, isReplay: false };
  } catch (error) {
    await repository.release(name).catch(() => undefined);
    throw error;
  }
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
