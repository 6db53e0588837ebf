import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const environment = z.object({
  TEMPORAL_HOST_PORT: z.string().min(1).optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  COMPOZY_TEMPORAL_PATH: z.string().min(1).optional(),
  COMPOZY_BASE_URL: z.string().min(1).optional(),
  COMPOZY_API_KEY: z.string().min(1).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
  PATH: z.string().default(''),
});

/** What the command line takes from the environment for itself; settings come from `readSettingsEnvironment`. */
export interface Environment {
  /** Whether the environment says where Temporal is. */
  readonly namesTemporal: boolean;
  readonly temporalPath?: string;
  /** The compozy-worker that commands talk to, and the key for it. */
  readonly serverUrl?: string;
  readonly serverKey?: string;
  readonly searchPath: string;
  readonly cacheDir: string;
}

export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  // An empty variable means the same as none.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const env = environment.parse(given);
  return {
    namesTemporal: (env.TEMPORAL_HOST_PORT ?? env.TEMPORAL_ADDRESS) !== undefined,
    searchPath: env.PATH,
    cacheDir: path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'compozy'),
    ...(env.COMPOZY_TEMPORAL_PATH === undefined ? {} : { temporalPath: env.COMPOZY_TEMPORAL_PATH }),
    ...(env.COMPOZY_BASE_URL === undefined ? {} : { serverUrl: env.COMPOZY_BASE_URL }),
    ...(env.COMPOZY_API_KEY === undefined ? {} : { serverKey: env.COMPOZY_API_KEY }),
  };
}

/** For settings and projects: of it, the names that they declare are looked at, and no other. */
export function readSettingsEnvironment(source: NodeJS.ProcessEnv = process.env): Record<string, string | undefined> {
  return { ...source };
}
