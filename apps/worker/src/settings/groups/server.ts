import { isIP } from 'node:net';
import { z } from 'zod';
import { optional, required } from '../setting.js';
import { duration, flag, listOf, port, text, wholeNumber } from '../setting-type.js';

const sha256 = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/));
const keyHashes = listOf(sha256, 'SHA-256 hashes in hex: a list, or a text with commas between');

function isAddress(given: string): boolean {
  const [address = '', prefix, ...rest] = given.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}

function isOrigin(given: string): boolean {
  return /^https?:/.test(given) && URL.canParse(given) && new URL(given).origin === given;
}

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
  'server.auth.wrong_keys_per_minute': required({
    type: wholeNumber(1),
    env: ['SERVER_WRONG_KEYS_PER_MINUTE'],
    default: 20,
    about: 'Wrong API keys that one address may send, all at once or spread',
  }),
  'server.trusted_proxies': required({
    type: listOf(
      z.string().refine(isAddress),
      'addresses or subnets such as 10.0.0.0/8: a list, or a text with commas',
    ),
    env: ['SERVER_TRUSTED_PROXIES'],
    default: [] as readonly string[],
    about: 'Proxies whose `X-Forwarded-For` is believed',
  }),
  'server.cors_enabled': required({
    type: flag,
    env: ['SERVER_CORS_ENABLED'],
    default: false,
    about: 'Lets scripts of `server.cors.allowed_origins` read answers in a browser',
  }),
  'server.cors.allowed_origins': required({
    type: listOf(z.string().refine(isOrigin), 'origins such as https://app.example.com: a list, or a text with commas'),
    env: ['SERVER_CORS_ALLOWED_ORIGINS'],
    default: [] as readonly string[],
    about: 'Origins as a browser writes them, with nothing after the port',
  }),
  'server.max_body_bytes': required({
    type: wholeNumber(1_024),
    env: ['SERVER_MAX_BODY_BYTES'],
    default: 1_048_576,
    about: 'Larger bodies are refused, those of webhooks too',
  }),
  'server.max_backlog': required({
    type: wholeNumber(0),
    env: ['SERVER_MAX_BACKLOG'],
    default: 10_000,
    about:
      'While more tasks wait for a worker, new executions, events and webhooks are refused with 429; 0 is no limit',
  }),
  'server.max_streams': required({
    type: wholeNumber(0),
    env: ['SERVER_MAX_STREAMS'],
    default: 250,
    about:
      'Streams of executions that one API key, or one address without a key, may have open on this server; 0 is no limit but the 1,000 of all',
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
    default: 120_000,
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
