import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CompozyError } from '@compozy/core';
import type { DevServerOptions } from './dev-server-options.js';
import { findTemporal, type FoundTemporal, type ServerOrigin } from './find-temporal.js';
import { findFreePort } from './free-port.js';
import { startGuardedProcess, type GuardedProcess } from './guarded-process.js';
import { reachServer } from './reach-server.js';
import { serverArguments, type ServerPorts } from './server-arguments.js';

const REACH_MS = 5_000;
const START_MS = 30_000;
/** A free port can be taken by somebody else before the server has it; then another one is tried. */
const PORT_ATTEMPTS = 3;
/** Exit code of a program in Go. */
const PANIC = 2;

export interface DevServer extends AsyncDisposable {
  /** `host:port` for clients and workers. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  readonly origin: ServerOrigin;
  /** Path of the `temporal` program that was started; `undefined` for a server that ran already. */
  readonly program: string | undefined;
  /** Ends the server when this process started it; resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Connects to the Temporal server whose address is given, else starts one on 127.0.0.1, tuned for quick steps, with the
 * first program that it finds, downloads or builds. It resolves when the server answers, and ends with this process.
 *
 * @throws `Server.Unreachable` when nothing answers at the given address
 * @throws `Server.NotFound` when there is no server program and none could be made
 * @throws `Server.StartFailed` when the port is taken or the program ends; the message holds its last lines
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { env, log = () => undefined, namespace = 'default' } = options;
  const given = options.address ?? (env?.['TEMPORAL_HOST_PORT'] || env?.['TEMPORAL_ADDRESS'] || undefined);
  if (given !== undefined) return useRunningServer(given, namespace, log);

  const found = await findTemporal({
    path: options.path,
    searchPath: options.searchPath ?? env?.['PATH'],
    cacheDir: resolve(options.cacheDir ?? join(env?.['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'compozy')),
    env,
    log,
  });
  if (options.dbFilename !== undefined) await mkdir(dirname(resolve(options.dbFilename)), { recursive: true });

  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(options);
    const address = `127.0.0.1:${ports.port}`;
    const server = startGuardedProcess({
      command: found.path,
      args: serverArguments(options, ports),
      env,
      // In memory there is nothing to save.
      graceMs: options.dbFilename === undefined ? 0 : 10_000,
    });
    const failure = await waitUntilReady(server, address, namespace);
    if (failure === undefined) {
      log(`Temporal server on ${address}: ${found.path}, ${found.description}`);
      return startedServer({ server, address, namespace, found, ports });
    }
    const lines = server.lastLines();
    const lostPort = lines.some((line) => line.includes('address already in use'));
    // A server that cannot have one of its inner ports panics, and the reason is far above the last lines.
    const mayBeLuck = lostPort || failure === `it ended with exit code ${PANIC}`;
    if (!mayBeLuck || attempt === PORT_ATTEMPTS) throw startFailed(found, failure, lines);
  }
}

async function useRunningServer(
  address: string,
  namespace: string,
  log: (message: string) => void,
): Promise<DevServer> {
  const result = await reachServer({ address, limitMs: REACH_MS });
  if (!result.reached) {
    throw new CompozyError(
      'Server.Unreachable',
      `No Temporal server answers at "${address}" (${result.reason}). ` +
        'Start it, correct the address, or give none to have a server started',
      { details: { address } },
    );
  }
  log(`Temporal server on ${address}: running already, address given`);
  return {
    address,
    namespace,
    origin: 'address',
    program: undefined,
    stop: leaveRunning,
    [Symbol.asyncDispose]: leaveRunning,
  };
}

async function leaveRunning(): Promise<void> {}

async function choosePorts(options: DevServerOptions): Promise<ServerPorts> {
  const port = await takePort(options.port);
  const ui = options.ui ?? options.uiPort !== undefined;
  return { port, uiPort: ui ? await takePort(options.uiPort) : undefined };
}

async function takePort(wanted = 0): Promise<number> {
  const port = await findFreePort(wanted);
  if (port !== undefined) return port;
  throw new CompozyError(
    'Server.StartFailed',
    `Port ${wanted} of 127.0.0.1 is in use. Stop the program that listens there, or choose another port`,
    { details: { port: wanted } },
  );
}

async function waitUntilReady(server: GuardedProcess, address: string, namespace: string): Promise<string | undefined> {
  const gone = new AbortController();
  let code: number | undefined;
  void server.exited.then((exitCode) => {
    code = exitCode;
    gone.abort();
  });
  const result = await reachServer({ address, namespace, limitMs: START_MS, signal: gone.signal });
  if (code !== undefined) return `it ended with exit code ${code}`;
  if (result.reached) return undefined;
  await server.stop();
  return `it did not answer within ${START_MS / 1_000} s (${result.reason})`;
}

function startFailed(found: FoundTemporal, failure: string, lines: readonly string[]): CompozyError {
  const said = lines.length === 0 ? '' : `. Its last lines:\n${lines.slice(-10).join('\n')}`;
  return new CompozyError('Server.StartFailed', `The Temporal server ${found.path} did not start: ${failure}${said}`, {
    details: { path: found.path, lines: [...lines] },
  });
}

interface StartedServer {
  readonly server: GuardedProcess;
  readonly address: string;
  readonly namespace: string;
  readonly found: FoundTemporal;
  readonly ports: ServerPorts;
}

function startedServer({ server, address, namespace, found, ports }: StartedServer): DevServer {
  const stop = (): Promise<void> => server.stop();
  return {
    address,
    namespace,
    ...(ports.uiPort !== undefined && { uiUrl: `http://127.0.0.1:${ports.uiPort}` }),
    origin: found.origin,
    program: found.path,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
