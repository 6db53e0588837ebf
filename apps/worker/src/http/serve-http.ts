import type { AddressInfo } from 'node:net';
import type { Server, ServerOptions } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { CompozyError } from '@compozy/core';

const CHECK_INTERVAL_MS = 1_000;

/** How long the server waits for others, in milliseconds. */
export interface HttpTimeouts {
  /** For the head of a request. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** For the next request on a connection. */
  readonly idleMs: number;
}

export interface HttpServerOptions {
  readonly fetch: Parameters<typeof createAdaptorServer>[0]['fetch'];
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** By default those of Node. */
  readonly timeouts?: HttpTimeouts;
}

export interface HttpServer {
  readonly port: number;
  /** From now on every answer asks its client to leave the connection, so that it can be closed without harm. */
  announceEnd(): void;
  /** Takes no more connections, and resolves when what is being answered is. After the deadline it cuts them off. */
  close(deadlineMs: number): Promise<void>;
}

/** Serves a Hono application. @throws `Server.StartFailed` naming the address. */
export async function serveHttp({ fetch, port, host, timeouts }: HttpServerOptions): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch, serverOptions: toServerOptions(timeouts) }) as Server;
  let isEnding = false;
  server.prependListener('request', (_request, response) => {
    if (isEnding) response.setHeader('connection', 'close');
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: Error) => {
      const message = `Cannot listen on ${host}:${port}: ${cause.message}`;
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

function toServerOptions(timeouts: HttpTimeouts | undefined): ServerOptions {
  if (timeouts === undefined) return {};
  return {
    headersTimeout: Math.min(timeouts.headersMs, timeouts.requestMs),
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  };
}
