import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiDependencies } from './api-dependencies.js';
import { createApi } from './create-api.js';
import type { HealthCheck } from '../health/health-check.js';
import { createHealth } from './create-health.js';
import { serveHttp, type HttpTimeouts } from './serve-http.js';

export interface ServerOptions {
  /** What the API works on. */
  readonly api: Omit<ApiDependencies, 'closing' | 'checks'>;
  readonly checks: readonly HealthCheck[];
  readonly host: string;
  /** 0 takes a free one; so does `healthPort`. */
  readonly port: number;
  readonly healthPort: number;
  /** How long the server still takes requests once it said that it is not ready. */
  readonly drainDelayMs: number;
  readonly timeouts?: HttpTimeouts;
  readonly onUnready?: (check: string, error: unknown) => void;
}

export interface Server {
  readonly port: number;
  readonly healthPort: number;
  /** From now on `/ready` may say so. */
  open(): void;
  /**
   * Not ready, then no more connections, then the end of what is being answered. `/health` and `/ready` go on until
   * `close`. After the deadline, what still waits is told to come back, and what does not end is cut off.
   */
  drain(deadlineMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Time for the answers of those who waited too long. */
const LAST_ANSWERS_MS = 1_000;

/** Serves the API and, on a port of its own, health and readiness. @throws `Server.StartFailed` */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, checks, drainDelayMs, onUnready } = options;
  const streams = new AbortController();
  const waits = new AbortController();
  const app = createApi({ ...options.api, checks, closing: { streams: streams.signal, waits: waits.signal } });
  const timeouts = options.timeouts === undefined ? {} : { timeouts: options.timeouts };
  const health = createHealth({ checks, ...(onUnready === undefined ? {} : { onFailure: onUnready }) });
  const healthServer = await serveHttp({
    fetch: health.app.fetch,
    host,
    port: options.healthPort,
    purpose: 'health and readiness',
    ...timeouts,
  });
  const fetch = app.fetch as typeof health.app.fetch;
  const server = await serveHttp({ fetch, host, port: options.port, ...timeouts }).catch(async (error: unknown) => {
    await healthServer.close(0);
    throw error;
  });
  return {
    port: server.port,
    healthPort: healthServer.port,
    open: () => health.open(),
    async drain(deadlineMs) {
      health.drain();
      server.announceEnd();
      await sleep(Math.min(drainDelayMs, deadlineMs));
      streams.abort();
      const left = Math.max(0, deadlineMs - drainDelayMs - LAST_ANSWERS_MS);
      const timer = setTimeout(() => waits.abort(), left);
      await server.close(left + LAST_ANSWERS_MS);
      clearTimeout(timer);
    },
    close: () => healthServer.close(0),
  };
}
