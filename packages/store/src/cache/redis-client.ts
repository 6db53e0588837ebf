import { createRequire } from 'node:module';
import { CompozyError } from '@compozy/core';
import type * as Ioredis from 'ioredis';

/** What is used of a client of `ioredis`. */
export interface RedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

export interface OwnRedisClient extends RedisClient {
  disconnect(): void;
}

const CONNECT_TIMEOUT_MS = 1_000;
/** A host that vanished closes no connection. */
const SILENT_SOCKET_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

/** A client that connects in the background for as long as it takes, and refuses commands at once until it has. */
export function connectRedis(url: string): OwnRedisClient {
  const { Redis } = loadIoredis();
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENT_SOCKET_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS),
  });
  // Each command says by itself that there is no connection.
  client.on('error', () => undefined);
  return client;
}

function loadIoredis(): typeof Ioredis {
  try {
    // Loaded at once, so that a package that is missing is found at start and does not look like a server that is down.
    return createRequire(import.meta.url)('ioredis') as typeof Ioredis;
  } catch (error) {
    throw new CompozyError('Config.Invalid', 'A cache in Redis needs the package "ioredis": npm install ioredis', {
      cause: error,
    });
  }
}
