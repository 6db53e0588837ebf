// Schemathesis is a Python program: it is looked for on PATH, else installed into a folder of its own, once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

const VERSION = '4.32.5';
const MIN_PYTHON = [3, 10];

/** The path of the program, in the version that is pinned here. */
export async function findSchemathesis(env = process.env) {
  if (isRight('schemathesis')) return 'schemathesis';
  const cache = path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'compozy');
  const home = path.join(cache, `schemathesis-${VERSION}`);
  const program = path.join(home, 'bin', 'schemathesis');
  if (existsSync(program) && isRight(program)) return program;
  const python = findPython();
  console.log(`installing schemathesis ${VERSION} into ${home}`);
  await mkdir(cache, { recursive: true });
  await rm(home, { recursive: true, force: true });
  run(python, ['-m', 'venv', home]);
  run(path.join(home, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`]);
  return program;
}

function findPython() {
  for (const name of ['python3', 'python']) {
    const { status, stdout } = spawnSync(name, ['-c', 'import sys, venv; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (status !== 0) continue;
    const [major, minor] = stdout.trim().split(' ').map(Number);
    if (major > MIN_PYTHON[0] || (major === MIN_PYTHON[0] && minor >= MIN_PYTHON[1])) return name;
  }
  throw new Error(
    `pnpm fuzz:api needs Python ${MIN_PYTHON.join('.')} or newer with venv, or schemathesis ${VERSION} on PATH; neither is there`,
  );
}

function isRight(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.includes(VERSION);
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}
