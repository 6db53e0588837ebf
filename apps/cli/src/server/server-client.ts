import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '@compozy/core';
import { CommandExit, EXIT } from '../exit-code.js';
import { NoAnswer, noAnswer } from './no-answer.js';
import { isProblemDocument, ServerProblem } from './server-problem.js';

const API_BASE = '/api/v0';

export interface ServerClientOptions {
  /** Where the server is; `/api/v0` at the end may be there or not. */
  readonly url: string;
  readonly apiKey?: string;
  /** How long one answer may take. */
  readonly timeoutMs: number;
}

export interface ServerRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Json;
  readonly idempotencyKey?: string;
  /** Whether the same request once more changes nothing more: only then it is sent again after a failure. */
  readonly isRepeatable: boolean;
}

export interface ServerAnswer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** Speaks to the HTTP API of one compozy-worker. Paths are those below `/api/v0`. */
export interface ServerClient {
  readonly url: string;
  readonly timeoutMs: number;
  get<T>(path: string, query?: ServerRequest['query']): Promise<T>;
  /** @throws `ServerProblem` when the server refuses, {@link NoAnswer} when nobody answers */
  send<T>(method: string, path: string, request: ServerRequest): Promise<ServerAnswer<T>>;
  /** A stream of server-sent events, once; it goes on until it ends or `signal` does. */
  openStream(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 2_000;
/** How long a request is sent again. */
const RETRY_MS = 8_000;

export function createServerClient(options: ServerClientOptions): ServerClient {
  const { timeoutMs } = options;
  const url = parseServerUrl(options.url);
  const authorization = readAuthorization(options.apiKey);

  const open = async (method: string, path: string, init: RequestInit, query: ServerRequest['query'] = {}) => {
    const target = new URL(`${url}${API_BASE}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    const response = await fetch(target, {
      ...init,
      method,
      // The key stays with the server that was named.
      redirect: 'manual',
      headers: { accept: 'application/json', ...authorization, ...(init.headers as Record<string, string>) },
    });
    if (!response.ok) throw await refusal(response, url);
    return response;
  };

  const once = async <T>(method: string, path: string, request: ServerRequest) => {
    const { body, idempotencyKey, query } = request;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      };
      const sent = body === undefined ? { headers, signal } : { headers, signal, body: JSON.stringify(body) };
      const response = await open(method, path, sent, query);
      const text = await response.text();
      return { body: parseAnswer(text, response, url) as T, headers: response.headers };
    } catch (error) {
      throw noAnswer(error, { url, seconds: timeoutMs / 1000 });
    }
  };

  const send = async <T>(method: string, path: string, request: ServerRequest): Promise<ServerAnswer<T>> => {
    const { isRepeatable } = request;
    const giveUpAt = performance.now() + RETRY_MS;
    let hadContact = false;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
      try {
        return await once<T>(method, path, request);
      } catch (error) {
        if (!isPassing(error, { isRepeatable, hadContact })) throw error;
        const pauseMs = Math.max(delayMs, error instanceof ServerProblem ? (error.retryAfterMs ?? 0) : 0);
        if (performance.now() + pauseMs > giveUpAt) throw error;
        hadContact = true;
        await sleep(pauseMs);
      }
    }
  };

  return {
    url,
    timeoutMs,
    get: async <T>(path: string, query: ServerRequest['query'] = {}) =>
      (await send<T>('GET', path, { query, isRepeatable: true })).body,
    send,
    async openStream(path, headers, signal) {
      // The limit is for the beginning of the answer only: a stream may last for days.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new DOMException('', 'TimeoutError')), timeoutMs);
      try {
        const all = { accept: 'text/event-stream', ...headers };
        return await open('GET', path, { headers: all, signal: AbortSignal.any([signal, late.signal]) });
      } catch (error) {
        throw noAnswer(error, { url, seconds: timeoutMs / 1000 });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Whether it may go better a moment later, and does no harm. */
export function isPassing(error: unknown, request: { isRepeatable: boolean; hadContact: boolean }): boolean {
  const { isRepeatable, hadContact } = request;
  if (error instanceof NoAnswer) {
    // Where nobody was, nobody will be; but a server that was there a moment ago may just start again.
    return error.reason === 'dropped' ? isRepeatable : error.reason === 'refused' && hadContact && isRepeatable;
  }
  if (!(error instanceof ServerProblem)) return false;
  // 409 with a time to wait: the same request, sent before, is still being worked on.
  return error.status === 429 || (isRepeatable && (error.status === 503 || error.retryAfterMs !== undefined));
}

async function refusal(response: Response, url: string): Promise<CommandExit> {
  const { status } = response;
  const text = await response.text();
  let body: Json = null;
  try {
    body = JSON.parse(text) as Json;
  } catch {
    // Not of ours: the status says all that can be said.
  }
  const retryAfter = response.headers.get('retry-after');
  if (isProblemDocument(body)) {
    const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
    return new ServerProblem(status, body, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
  // A gateway that finds no server behind it is as good as no answer.
  if ([502, 503, 504].includes(status)) return new NoAnswer('dropped', url, `a gateway answers ${status}`);
  const location = response.headers.get('location');
  const where = status >= 300 && status < 400 && location !== null ? ` to ${location}` : '';
  return notOurs(url, `it answers ${status}${where}`);
}

function parseAnswer(text: string, response: Response, url: string): Json | undefined {
  if (response.status === 204) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw notOurs(url, 'its answer is not JSON');
  }
}

function notOurs(url: string, why: string): CommandExit {
  return new CommandExit(EXIT.failure, `What listens at ${url} is not a compozy-worker: ${why}`);
}

/** @throws `CommandExit` that does not repeat what may be a secret */
function parseServerUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new CommandExit(
      EXIT.usage,
      '--server, or COMPOZY_BASE_URL, must be an address such as http://127.0.0.1:5001',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new CommandExit(
      EXIT.usage,
      '--server, or COMPOZY_BASE_URL, must hold no name or password; a key is given in COMPOZY_API_KEY',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(new RegExp(`${API_BASE}$`), '');
}

function readAuthorization(apiKey: string | undefined): Readonly<Record<string, string>> {
  if (apiKey === undefined) return {};
  // A header that fetch refuses would be in its error.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new CommandExit(EXIT.usage, 'The API key has characters that no key has; is it copied whole, on one line?');
  }
  return { authorization: `Bearer ${apiKey}` };
}
