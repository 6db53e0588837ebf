import { Client, Connection } from '@temporalio/client';
import { startDevServer, type DevServer, type DevServerOptions } from '@compozy/dev-server';

/** A Temporal server for tests, and a client of it. */
export interface TestServer extends AsyncDisposable {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  /** The `temporal` program, when this process started it. */
  readonly program: string | undefined;
  stop(): Promise<void>;
}

/**
 * A real Temporal server of this test's own, in memory, on a free port of 127.0.0.1; it ends with this process at the
 * latest.
 *
 * @throws `Server.NotFound`, `Server.StartFailed`.
 */
export async function createTestServer(options: DevServerOptions = {}): Promise<TestServer> {
  const server: DevServer = await startDevServer(options);
  const connection = await Connection.connect({ address: server.address });
  const stop = async () => {
    await connection.close();
    await server.stop();
  };
  return {
    address: server.address,
    namespace: server.namespace,
    client: new Client({ connection, namespace: server.namespace }),
    program: server.program,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
