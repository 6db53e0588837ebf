import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';

const program = fileURLToPath(new URL('../../bin/compozy-worker.js', import.meta.url));

export interface HostOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly cwd?: string;
}

export type HostLine = { readonly message: string; readonly level: string } & Readonly<Record<string, unknown>>;

export interface Host extends AsyncDisposable {
  readonly url: string;
  readonly healthUrl: string;
  readonly ready: HostLine;
  /** What it has written so far. */
  readonly lines: readonly HostLine[];
  /** Resolves with the first line that fits, written already or not. */
  line(fits: (line: HostLine) => boolean): Promise<HostLine>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<readonly unknown[]>;
}

/** Variables of whoever runs the tests that would be settings too. */
const NEUTRAL = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

const spawnHost = ({ environment, argv = [], cwd }: HostOptions) =>
  spawn(process.execPath, [program, ...argv], {
    env: { ...NEUTRAL, SERVER_HOST: '127.0.0.1', SERVER_PORT: '0', HEALTH_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });

/** The host program, as a user starts it, once it is ready. */
export async function startHost(options: HostOptions): Promise<Host> {
  const child = spawnHost(options);
  const exited = once(child, 'exit');
  const lines: HostLine[] = [];
  const listeners = new Set<(line: HostLine) => void>();
  createInterface({ input: child.stdout }).on('line', (written) => {
    const line = JSON.parse(written) as HostLine;
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  const errors = text(child.stderr);
  const line = (fits: (line: HostLine) => boolean): Promise<HostLine> => {
    const known = lines.find((one) => fits(one));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => listeners.add((one) => void (fits(one) && resolve(one))));
  };
  const ended = exited.then(async () => {
    throw new Error(`The host ended before it was ready: ${await errors}`);
  });
  ended.catch(() => undefined);
  const ready = await Promise.race([line(({ message }) => message === 'worker ready'), ended]);
  return {
    url: `http://127.0.0.1:${String(ready['port'])}`,
    healthUrl: `http://127.0.0.1:${String(ready['healthPort'])}`,
    ready,
    lines,
    line,
    kill: (signal) => void child.kill(signal),
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A host that is not expected to start: its exit code and what it says. */
export async function failHost(options: HostOptions): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const child = spawnHost(options);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, stderr };
}
