import { isIP } from 'node:net';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const hashes = z
  .string()
  .transform((value) => value.split(',').map((hash) => hash.trim().toLowerCase()))
  .refine(
    (all) => all.every((hash) => /^[0-9a-f]{64}$/.test(hash)),
    'must be SHA-256 hashes in hex, with commas between',
  );

const list = (is: (item: string) => boolean, expected: string) =>
  z
    .string()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .refine((all) => all.every(is), `must be ${expected}, with commas between`);

const environment = z.object({
  COMPOZY_PROJECT_DIR: z.string().min(1).default('.'),
  TEMPORAL_HOST_PORT: z.string().min(1).optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).optional(),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:port/database')
    .optional(),
  // Without keys, nobody but this machine is let in unless somebody says so.
  SERVER_HOST: z.string().min(1).optional(),
  SERVER_PORT: port.default(5001),
  HEALTH_PORT: port.default(8081),
  SERVER_AUTH_ENABLED: flag.default(false),
  SERVER_API_KEY_HASHES: hashes.default([]),
  SERVER_MAX_BODY_BYTES: z.coerce.number().int().min(1024).default(1_048_576),
  SERVER_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(0),
  SERVER_WRONG_KEYS_PER_MINUTE: z.coerce.number().int().min(1).default(20),
  SERVER_TRUSTED_PROXIES: list(isAddress, 'addresses or subnets such as 10.0.0.0/8').default([]),
  SERVER_CORS_ENABLED: flag.default(false),
  SERVER_CORS_ALLOWED_ORIGINS: list(isOrigin, 'origins such as https://app.example.com').default([]),
  SERVER_DRAIN_DELAY_MS: z.coerce.number().int().min(0).default(1_000),
  SERVER_SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(30_000),
});

/** The environment of the reference worker, read once. */
export interface WorkerEnvironment {
  readonly projectDir: string;
  readonly hostPort: string;
  readonly namespace: string;
  readonly taskQueue?: string;
  readonly apiKey?: string;
  /** PostgreSQL; without it, a SQLite file in the project. */
  readonly databaseUrl?: string;
  readonly server: {
    readonly host: string;
    /** 0 takes a free one. */
    readonly port: number;
    readonly healthPort: number;
    /** Whether each request needs an API key. */
    readonly needsKey: boolean;
    /** SHA-256 of keys that may do everything, beside those of the store. */
    readonly keyHashes: readonly string[];
    readonly maxBodyBytes: number;
    /** 0 for no limit. */
    readonly requestsPerMinute: number;
    /** Of one address. */
    readonly wrongKeysPerMinute: number;
    /** Whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: readonly string[];
    /** Whose scripts may read answers; without CORS nobody's. */
    readonly corsOrigins?: readonly string[];
    /** How long a server that says it is not ready goes on taking requests. */
    readonly drainDelayMs: number;
    readonly shutdownTimeoutMs: number;
  };
}

/** @throws ZodError that lists every setting that is wrong. */
export function readWorkerEnvironment(source: NodeJS.ProcessEnv = process.env): WorkerEnvironment {
  // An empty variable means the same as none.
  const env = environment.parse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
  return {
    projectDir: env.COMPOZY_PROJECT_DIR,
    hostPort: env.TEMPORAL_HOST_PORT ?? env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    namespace: env.TEMPORAL_NAMESPACE,
    ...(env.TEMPORAL_TASK_QUEUE === undefined ? {} : { taskQueue: env.TEMPORAL_TASK_QUEUE }),
    ...(env.TEMPORAL_API_KEY === undefined ? {} : { apiKey: env.TEMPORAL_API_KEY }),
    ...(env.DATABASE_URL === undefined ? {} : { databaseUrl: env.DATABASE_URL }),
    server: {
      host: env.SERVER_HOST ?? (env.SERVER_AUTH_ENABLED ? '0.0.0.0' : '127.0.0.1'),
      port: env.SERVER_PORT,
      healthPort: env.HEALTH_PORT,
      needsKey: env.SERVER_AUTH_ENABLED,
      keyHashes: env.SERVER_API_KEY_HASHES,
      maxBodyBytes: env.SERVER_MAX_BODY_BYTES,
      requestsPerMinute: env.SERVER_RATE_LIMIT_PER_MINUTE,
      wrongKeysPerMinute: env.SERVER_WRONG_KEYS_PER_MINUTE,
      trustedProxies: env.SERVER_TRUSTED_PROXIES,
      ...(env.SERVER_CORS_ENABLED ? { corsOrigins: env.SERVER_CORS_ALLOWED_ORIGINS } : {}),
      drainDelayMs: env.SERVER_DRAIN_DELAY_MS,
      shutdownTimeoutMs: env.SERVER_SHUTDOWN_TIMEOUT_MS,
    },
  };
}

function isAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= bits))
  );
}

/** As a browser writes it: nothing after the port. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
