import { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkerOptions as TemporalWorkerOptions } from '@temporalio/worker';
import { connect, type TemporalSettings } from './connection.js';

/** What a connection was made with, without its secrets. */
export interface ClientConfig {
  readonly hostPort: string;
  readonly namespace: string;
  readonly taskQueue?: string;
  readonly tls: boolean;
}

/** A connection to Temporal that serves as client and for workers. */
export interface TemporalClient {
  /** Temporal's own client. */
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly config: ClientConfig;
  /**
   * A worker of Temporal's own kind over this connection, tuned as the engine needs it: heartbeats and cancellations
   * within a second, and workflow tasks of a dead worker taken over after five. It polls after `run()`.
   */
  newWorker(taskQueue: string, options: NewWorkerOptions): Promise<Worker>;
  /** Close it after its workers have ended. */
  close(): Promise<void>;
}

/** Those of Temporal's worker, but for what the client knows. */
export type NewWorkerOptions = Omit<TemporalWorkerOptions, 'connection' | 'namespace' | 'taskQueue'>;

/** @throws `Server.Unreachable` naming the address. */
export async function createClient(settings: TemporalSettings): Promise<TemporalClient> {
  const { hostPort, namespace = 'default', taskQueue, tls, apiKey } = settings;
  const connection = await connect(settings);
  const config: ClientConfig = {
    hostPort,
    namespace,
    ...(taskQueue === undefined ? {} : { taskQueue }),
    tls: tls === undefined ? apiKey !== undefined : tls !== false,
  };
  return {
    client: new Client({ connection, namespace }),
    connection,
    config,
    newWorker: (queue, options) =>
      Worker.create({
        // The wrapper of an activity beats each second, and a cancellation comes back on a beat.
        maxHeartbeatThrottleInterval: 1_000,
        defaultHeartbeatThrottleInterval: 1_000,
        // When a worker dies, the workflow tasks that wait for it go to another one after this time.
        stickyQueueScheduleToStartTimeout: 5_000,
        ...options,
        connection,
        namespace,
        taskQueue: queue,
      }),
    close: () => connection.close(),
  };
}
