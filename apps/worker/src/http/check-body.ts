import type { HonoRequest } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { Json } from '@compozy/core';
import { findRepeatedKey } from '@compozy/core/schema';
import { HOOKS_PATH, type ApiEnvironment } from './api-environment.js';
import { ApiProblem } from './problem.js';

/** Deeper values would overflow the stack of whatever walks through them. */
const MAX_DEPTH = 200;

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * For requests that have a route: refuses a body that is larger than `maxBytes` before it is read as a whole, one that is
 * compressed, and JSON that is none, no UTF-8, nested too deeply, or has a key twice: of two, a proxy may have looked at
 * the other one. Other content types, and a content type without a body, which some clients always send, are left to the
 * routes.
 */
export function checkBody(maxBytes: number) {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new ApiProblem('Api.TooLarge', `The body is larger than the ${maxBytes} bytes that are allowed`);
    },
  });
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    const hasRoute = matchedRoutes(context).some(({ path }) => path !== '/*');
    if (!hasRoute || METHODS_WITHOUT_BODY.has(context.req.method)) return await next();
    let isRead = false;
    try {
      return await limit(context, async () => {
        await checkContent(context.req);
        isRead = true;
        await next();
      });
    } catch (error) {
      if (isRead || error instanceof ApiProblem) throw error;
      // The client went away while it was sending, which is no failure of the server.
      throw new ApiProblem('Api.Malformed', 'The body did not come as a whole', { cause: error });
    }
  });
}

async function checkContent(request: HonoRequest): Promise<void> {
  const encoding = request.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new ApiProblem('Api.UnsupportedType', 'Send the body as it is, without Content-Encoding', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const bytes = await request.arrayBuffer();
  const isJson = /^application\/([\w.-]+\+)?json\b/i.test(request.header('content-type') ?? '');
  if (!isJson || bytes.byteLength === 0) return;
  const text = decode(bytes);
  parseJson(text);
  // Whoever sends webhooks cannot be told to write them otherwise.
  if (!request.path.startsWith(HOOKS_PATH)) refuseRepeatedKey(text);
}

function refuseRepeatedKey(text: string): void {
  const repeated = findRepeatedKey(text);
  if (repeated === undefined) return;
  const { key, pointer } = repeated;
  throw new ApiProblem('Api.Malformed', `The body has the key "${key}" twice in one object; leave one of them out`, {
    errors: [{ pointer, in: 'body', detail: 'stands in its object twice' }],
  });
}

/** A body as JSON. @throws `Api.Malformed` saying what is wrong. */
export function readJson(bytes: ArrayBuffer): Json {
  return parseJson(decode(bytes));
}

function parseJson(text: string): Json {
  if (text.trim() === '') throw emptyBody();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiProblem('Api.Malformed', `The body is not JSON${describePlace(error)}`);
  }
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new ApiProblem('Api.Malformed', `The body is nested deeper than ${MAX_DEPTH} levels`);
  }
  return value as Json;
}

/** Where it ceases to be JSON, as far as the engine tells; never what stands there. */
function describePlace(error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  if (said.includes('end of JSON')) return ': it ends before it is complete';
  const place = /\(line (\d+) column (\d+)\)/.exec(said);
  return place === null ? '' : `: look at line ${place[1]}, column ${place[2]}`;
}

export function emptyBody(): ApiProblem {
  return new ApiProblem('Api.Malformed', 'The body is empty; send a JSON document, or no body and no content type');
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
