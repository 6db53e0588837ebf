import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { CompozyError } from '@compozy/core';
import { ApiProblem, toProblemDocument, toProblemResponse, type ProblemCode } from './problem.js';

/** How long the server waits for others, in milliseconds; who is slower is cut off. An answer may take any time. */
export interface HttpTimeouts {
  /** For the head of a request. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** For the next request on a connection. */
  readonly idleMs: number;
}

export interface HttpServerOptions {
  readonly fetch: Parameters<typeof getRequestListener>[0];
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** What is served, for the error when it cannot be: `the API` by default. */
  readonly purpose?: string;
  /** By default 10 s for the head, 120 s for a request, 65 s between two. */
  readonly timeouts?: HttpTimeouts;
}

export interface HttpServer {
  readonly port: number;
  /** From now on every answer asks its client to leave the connection, so that it can be closed without harm. */
  announceEnd(): void;
  /** Takes no more connections, and resolves when what is being answered is. After the deadline it cuts them off. */
  close(deadlineMs: number): Promise<void>;
}

const DEFAULT_TIMEOUTS: HttpTimeouts = { headersMs: 10_000, requestMs: 120_000, idleMs: 65_000 };
const MAX_CHECK_INTERVAL_MS = 1_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Serves a Hono application. @throws `Server.StartFailed` naming the address. */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { fetch, port, host, purpose = 'the API', timeouts = DEFAULT_TIMEOUTS } = options;
  const headersTimeout = Math.min(timeouts.headersMs, timeouts.requestMs);
  const server = createServer(
    {
      headersTimeout,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.idleMs,
      connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, headersTimeout / 4),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    getRequestListener(fetch, { errorHandler: () => toProblemResponse(unreadable(), '') }),
  );
  const answers = new WeakMap<Duplex, ServerResponse>();
  let isEnding = false;
  server.prependListener('request', (request, response) => {
    answers.set(request.socket, response);
    if (isEnding) response.setHeader('connection', 'close');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const isHalfAnswered = answer !== undefined && answer.headersSent && !answer.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isHalfAnswered) socket.destroy();
    else socket.end(toMessage(refusalOf(error.code)), () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} of ${host}, for ${purpose}, is in use. Stop the program that listens there, or choose another port`
          : `Cannot listen on ${host}:${port}, for ${purpose}: ${cause.message}`;
      reject(new CompozyError('Server.StartFailed', message, { details: { address: `${host}:${port}` }, cause }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    announceEnd() {
      isEnding = true;
    },
    async close(deadlineMs) {
      isEnding = true;
      const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(timer);
    },
  };
}

/** What no route ever sees: Node could not read it, or it came too slowly. */
function refusalOf(code: string | undefined): ApiProblem {
  const refusals: Readonly<Record<string, readonly [ProblemCode, string]>> = {
    ERR_HTTP_REQUEST_TIMEOUT: ['Api.TooSlow', 'The request did not come in time; send it at once'],
    HPE_HEADER_OVERFLOW: ['Api.HeadersTooLarge', `The headers are larger than ${MAX_HEADER_BYTES} bytes`],
    HPE_CHUNK_EXTENSIONS_OVERFLOW: ['Api.TooLarge', 'The extensions of a chunk are too large'],
  };
  const known = Object.hasOwn(refusals, code ?? '') ? refusals[code!] : undefined;
  return known === undefined ? unreadable() : new ApiProblem(...known);
}

function unreadable(): ApiProblem {
  return new ApiProblem('Api.Malformed', 'This is no HTTP request with a path and a host');
}

function toMessage(problem: ApiProblem): string {
  const body = JSON.stringify(toProblemDocument(problem, '', randomUUID()));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
