import { z } from 'zod';

const environment = z.object({
  COMPOZY_PROJECT_DIR: z.string().min(1).default('.'),
  TEMPORAL_HOST_PORT: z.string().min(1).optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).optional(),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
});

/** The environment of the reference worker, read once. */
export interface WorkerEnvironment {
  readonly projectDir: string;
  readonly hostPort: string;
  readonly namespace: string;
  readonly taskQueue?: string;
  readonly apiKey?: string;
}

export function readWorkerEnvironment(source: NodeJS.ProcessEnv = process.env): WorkerEnvironment {
  // An empty variable means the same as none.
  const env = environment.parse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
  return {
    projectDir: env.COMPOZY_PROJECT_DIR,
    hostPort: env.TEMPORAL_HOST_PORT ?? env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    namespace: env.TEMPORAL_NAMESPACE,
    ...(env.TEMPORAL_TASK_QUEUE === undefined ? {} : { taskQueue: env.TEMPORAL_TASK_QUEUE }),
    ...(env.TEMPORAL_API_KEY === undefined ? {} : { apiKey: env.TEMPORAL_API_KEY }),
  };
}
