import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startGuardedProcess } from './guarded-process.js';

const sh = (script: string, ...args: string[]) => ({ command: '/bin/sh', args: ['-c', script, 'sh', ...args] });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that has ended stays in the table until its parent, here often process 1, has asked for its exit code.
  return !existsSync('/proc/self/stat') || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

async function readPids(file: string): Promise<number[]> {
  while (!existsSync(file) || !readFileSync(file, 'utf8').includes('\n')) await sleep(10);
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

/** Waits until they have ended, or for the time limit of the test. */
async function areGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
}

// A program with a child of its own; it writes both process ids to the file $1.
const WITH_CHILD = 'sleep 60 & echo "$$ $!" > "$1"; wait';
const STUBBORN = `trap '' TERM; ${WITH_CHILD}`;

describe('startGuardedProcess', () => {
  it('tells the exit code and the last lines', async () => {
    const program = startGuardedProcess(sh('echo out; echo err >&2; exit 7'));
    expect(await program.exited).toBe(7);
    expect(program.lastLines().toSorted()).toEqual(['err', 'out']);
  });

  it('keeps only the last lines', async () => {
    const program = startGuardedProcess(sh('i=0; while [ $i -lt 200 ]; do echo $i; i=$((i + 1)); done'));
    await program.exited;
    expect(program.lastLines()).toHaveLength(40);
    expect(program.lastLines().at(-1)).toBe('199');
  });

  it('tells of a program that does not exist', async () => {
    const program = startGuardedProcess({ command: '/nonexistent/program', args: [] });
    expect(await program.exited).toBe(127);
    expect(program.lastLines().join()).toContain('/nonexistent/program');
  });

  it('gives the program the environment it was told, arguments as they are, and no input', async () => {
    const options = {
      ...sh('echo "$NAME $1"; cat', '$(id) "quoted" *'),
      env: { NAME: 'value', PATH: '/bin:/usr/bin' },
    };
    const program = startGuardedProcess(options);
    expect(await program.exited).toBe(0);
    expect(program.lastLines()).toEqual(['value $(id) "quoted" *']);
  });

  it('lets a program end by itself within the grace period', async () => {
    const program = startGuardedProcess(sh(`trap 'echo saved; exit 3' TERM; echo up; while :; do sleep 0.05; done`));
    while (program.lastLines().length === 0) await sleep(10);
    await program.stop();
    expect(program.lastLines()).toEqual(['up', 'saved']);
    expect(await program.exited).toBe(3);
  });

  it.each([
    { name: 'a program', script: WITH_CHILD },
    { name: 'one that ignores SIGTERM', script: STUBBORN },
  ])('ends $name and its children on stop, also when asked twice', async ({ script }) => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'guarded-'));
    const file = join(directory.path, 'pids');
    const program = startGuardedProcess({ ...sh(script, file), graceMs: 200 });
    const pids = await readPids(file);
    await Promise.all([program.stop(), program.stop()]);
    await program.stop();
    await areGone(pids);
  });

  it('ends what a program that crashed has left behind', async () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'guarded-'));
    const file = join(directory.path, 'pids');
    const program = startGuardedProcess(sh('sleep 60 & echo "$!" > "$1"; exit 1', file));
    expect(await program.exited).toBe(1);
    await areGone(await readPids(file));
  });

  it.each([
    { name: 'a program', script: WITH_CHILD },
    { name: 'one that ignores SIGTERM', script: STUBBORN },
  ])('leaves nothing of $name when its owner is killed hard', async ({ script }) => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'guarded-'));
    const file = join(directory.path, 'pids');
    const module = new URL('./guarded-process.ts', import.meta.url).href;
    const options = JSON.stringify({ ...sh(script, file), graceMs: 200 });
    const owner = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `(await import('${module}')).startGuardedProcess(${options}); setInterval(() => 0, 1000);`,
    ]);
    const pids = await readPids(file);
    expect(pids.every(isAlive)).toBe(true);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await areGone(pids);
  });
});
