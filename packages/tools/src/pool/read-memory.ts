import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Resident memory of processes in MB; one that is gone is left out. Linux reads /proc, other systems ask `ps`. */
export async function readResidentMb(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  return process.platform === 'linux' ? readProc(pids) : await askPs(pids);
}

function readProc(pids: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const pid of pids) {
    try {
      const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
      if (kilobytes !== undefined) found.set(pid, Number(kilobytes) / 1024);
    } catch {
      // It ended in between.
    }
  }
  return found;
}

async function askPs(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const text = await new Promise<string>((resolve) => {
    execFile('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], (_error, stdout) => resolve(stdout));
  });
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.flatMap(([pid, kilobytes]) => (pid && kilobytes ? [[pid, kilobytes / 1024] as const] : [])));
}
