import { createMiddleware } from 'hono/factory';
import { bodyLimit } from 'hono/body-limit';
import type { ApiEnvironment } from './api-environment.js';
import type { Json } from '@compozy/core';
import { ApiProblem } from './problem.js';

/** Deeper values would overflow the stack of whatever walks through them. */
const MAX_DEPTH = 200;

/** Refuses a body that is larger than `maxBytes` before it is read as a whole. */
export function limitBody(maxBytes: number) {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new ApiProblem('Api.TooLarge', `The body is larger than the ${maxBytes} bytes that are allowed`);
    },
  });
}

/** Refuses a JSON body that is no JSON, no UTF-8, or nested too deeply. Other content types are left to the routes. */
export const checkBody = createMiddleware<ApiEnvironment>(async (context, next) => {
  if (/^application\/([\w.-]+\+)?json\b/i.test(context.req.header('content-type') ?? '')) {
    readJson(await context.req.arrayBuffer());
  }
  await next();
});

/** A body as JSON. @throws `Api.Malformed` saying what is wrong. */
export function readJson(bytes: ArrayBuffer): Json {
  const text = decode(bytes);
  if (text.trim() === '')
    throw new ApiProblem('Api.Malformed', 'The body is empty; send a JSON document, or no body and no content type');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiProblem('Api.Malformed', 'The body is not JSON');
  }
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new ApiProblem('Api.Malformed', `The body is nested deeper than ${MAX_DEPTH} levels`);
  }
  return value as Json;
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiProblem('Api.Malformed', 'The body is not UTF-8');
  }
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
