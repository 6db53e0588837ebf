import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a program that cannot outlive this process.
 *
 * Between us and the program stands a shell. It holds the reading end of a pipe whose only writing end is ours: when we
 * close it, or die in any way (SIGKILL included), the shell reads end-of-file and ends the program, first with SIGTERM,
 * after the grace period with SIGKILL. Both are in a process group of their own, so that Ctrl-C in a terminal reaches us
 * but not them: a worker can drain before its server goes.
 */
const GUARDIAN = `
exec 3<&0
grace=$1; shift
"$@" </dev/null 3<&- &
program=$!
(
  read -r _ <&3
  kill -s TERM "$program"
  while [ "$grace" -gt 0 ] && kill -s 0 "$program"; do sleep 0.1; grace=$((grace - 1)); done
  kill -s KILL -- "-$$"
) >/dev/null 2>&1 &
wait "$program"
code=$?
trap '' TERM
kill -s TERM -- "-$$"
exit "$code"
`;

const KEPT_LINES = 40;

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** How long the program may take to end by itself once it is told to. Default: 5,000. */
  readonly graceMs?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface GuardedProcess {
  /** Exit code, above 128 when a signal ended it; resolves when the program and its descendants are gone. */
  readonly exited: Promise<number>;
  /** The last lines of standard output and standard error. */
  lastLines(): readonly string[];
  /** Ends the program and all it started; resolves when they are gone. Idempotent. */
  stop(): Promise<void>;
}

export function startGuardedProcess(options: GuardedProcessOptions): GuardedProcess {
  const graceMs = options.graceMs ?? 5_000;
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    options.onLine?.(line);
  };

  const guardian = spawn(
    '/bin/sh',
    ['-c', GUARDIAN, 'compozy-guardian', String(graceMs / 100), options.command, ...options.args],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true, ...(options.env && { env: { ...options.env } }) },
  );
  createInterface({ input: guardian.stdout }).on('line', keep);
  createInterface({ input: guardian.stderr }).on('line', keep);
  // The pipe breaks when the program ends by itself; `exited` tells that.
  guardian.stdin.on('error', () => undefined);

  const endGroup = (): void => {
    if (guardian.pid === undefined) return;
    try {
      process.kill(-guardian.pid, 'SIGKILL');
    } catch {
      // ESRCH: nobody is left.
    }
  };
  const exited = new Promise<number>((resolve) => {
    guardian.once('error', (error) => {
      keep(error.message);
      resolve(127);
    });
    // Somebody may have killed the shell alone.
    guardian.once('exit', endGroup);
    guardian.once('close', (code) => resolve(code ?? 137));
  });

  return {
    exited,
    lastLines: () => lines,
    async stop() {
      guardian.stdin.end();
      const overdue = setTimeout(endGroup, graceMs + 2_000);
      await exited;
      clearTimeout(overdue);
    },
  };
}
