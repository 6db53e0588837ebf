import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Nothing outlives a test run that ends in the middle. */
export function tiedToThisProcess(child: ChildProcess, signal: NodeJS.Signals): void {
  const end = () => {
    child.kill(signal);
    child.kill('SIGCONT');
  };
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}

export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  child.kill('SIGCONT');
  await ended;
}
