import { z } from 'zod';
import { optional, required } from '../setting.js';
import { duration, flag, listOf, port, text, wholeNumber } from '../setting-type.js';

const sha256 = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/));
const keyHashes = listOf(sha256, 'SHA-256 hashes in hex: a list, or a text with commas between');

export const serverSettings = {
  'server.host': optional({
    type: text,
    env: ['SERVER_HOST'],
    flag: 'host',
    // Without keys, nobody but this machine is let in unless somebody says so.
    defaultText: '`127.0.0.1`, or `0.0.0.0` when keys are needed',
    about: 'Address that the API and the health port listen on',
  }),
  'server.port': required({
    type: port,
    env: ['SERVER_PORT'],
    flag: 'port',
    default: 5001,
    about: 'Port of the API; 0 takes a free one',
  }),
  'server.health_port': required({
    type: port,
    env: ['HEALTH_PORT'],
    flag: 'health-port',
    default: 8081,
    about: 'Port of `/health` and `/ready`; 0 takes a free one',
  }),
  'server.auth.enabled': required({
    type: flag,
    env: ['SERVER_AUTH_ENABLED'],
    flag: 'auth-enabled',
    default: false,
    about: 'Every request needs an API key',
  }),
  'server.auth.key_hashes': required({
    type: keyHashes,
    env: ['SERVER_API_KEY_HASHES'],
    default: [] as readonly string[],
    secret: true,
    about: 'SHA-256 of keys that may do everything, beside those of the store',
  }),
  'server.max_body_bytes': required({
    type: wholeNumber(1_024),
    env: ['SERVER_MAX_BODY_BYTES'],
    default: 1_048_576,
    about: 'Larger bodies are refused, those of webhooks too',
  }),
  'server.timeouts.http_read_header': required({
    type: duration(1_000),
    env: ['SERVER_HTTP_READ_HEADER_TIMEOUT'],
    default: 10_000,
    about: 'Time for the head of a request to come; it is looked at every second',
  }),
  'server.timeouts.http_read': required({
    type: duration(1_000),
    env: ['SERVER_HTTP_READ_TIMEOUT'],
    default: 60_000,
    about: 'Time for a whole request to come; it is looked at every second',
  }),
  'server.timeouts.http_idle': required({
    type: duration(1_000),
    env: ['SERVER_HTTP_IDLE_TIMEOUT'],
    default: 60_000,
    about: 'How long a connection without a request is kept',
  }),
  'server.timeouts.drain_delay': required({
    type: duration(),
    env: ['SERVER_DRAIN_DELAY', 'SERVER_DRAIN_DELAY_MS'],
    default: 1_000,
    about: 'After SIGTERM: not ready, but still taking requests',
  }),
  'server.timeouts.server_shutdown': required({
    type: duration(1_000),
    env: ['SERVER_SHUTDOWN_TIMEOUT', 'SERVER_SHUTDOWN_TIMEOUT_MS'],
    default: 30_000,
    about: 'Time for requests to end, the drain delay included',
  }),
  'server.timeouts.worker_shutdown': required({
    type: duration(),
    env: ['SERVER_WORKER_SHUTDOWN_TIMEOUT', 'SERVER_SHUTDOWN_TIMEOUT_MS'],
    default: 30_000,
    about: 'Time for running activities to end, after the requests',
  }),
  'ratelimit.api_key_rate.limit': required({
    type: wholeNumber(0),
    env: ['RATELIMIT_API_KEY_LIMIT', 'SERVER_RATE_LIMIT_PER_MINUTE'],
    default: 0,
    about: 'Requests of one API key in each period, all at once or spread; 0 is no limit',
  }),
  'ratelimit.api_key_rate.period': required({
    type: duration(1_000),
    env: ['RATELIMIT_API_KEY_PERIOD'],
    default: 60_000,
    about: 'The period of that limit',
  }),
  'ratelimit.global_rate.limit': required({
    type: wholeNumber(0),
    env: ['RATELIMIT_GLOBAL_LIMIT', 'SERVER_RATE_LIMIT_PER_MINUTE'],
    default: 0,
    about: 'The same for one address, where a caller has no key: without authentication, and at webhooks',
  }),
  'ratelimit.global_rate.period': required({
    type: duration(1_000),
    env: ['RATELIMIT_GLOBAL_PERIOD'],
    default: 60_000,
    about: 'The period of that limit',
  }),
} as const;
