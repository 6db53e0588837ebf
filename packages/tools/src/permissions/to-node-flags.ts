import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ToolPermissions } from './parse-permissions.js';

export interface NodeFlagOptions {
  readonly permissions: ToolPermissions;
  /** Real path, and the path as given if that differs. */
  readonly projectDirs: readonly string[];
  /** What a process must read to start: bundle, runner, packages. */
  readonly needed: readonly string[];
  /** Whether this Node can restrict the network. */
  readonly canRestrictNet: boolean;
}

/**
 * Flags of Node's permission model. It knows no exceptions from a grant, so `--allow-read` without a path becomes one
 * grant per entry of the project directory, and `.env*`, `.compozy` and `.git` get none. A write grant for the whole
 * project opens it for reading too: what a tool creates there it may read, and it could replace any file anyway.
 */
export function toNodeFlags(options: NodeFlagOptions): string[] {
  const { permissions, projectDirs, needed } = options;
  const base = projectDirs[0] ?? '/';
  const openProject = permissions.read.project && permissions.write.project;
  const read = [
    ...needed,
    ...(permissions.read.project ? projectDirs.flatMap((dir) => (openProject ? grants(dir) : publicEntries(dir))) : []),
    ...permissions.read.paths.flatMap((path) => grants(resolvePath(base, path))),
  ];
  const write = [
    ...(permissions.write.project ? projectDirs.flatMap(grants) : []),
    ...permissions.write.paths.flatMap((path) => grants(resolvePath(base, path))),
  ];
  return [
    '--permission',
    ...[...new Set(read)].map((path) => `--allow-fs-read=${path}`),
    ...[...new Set(write)].map((path) => `--allow-fs-write=${path}`),
    ...(permissions.net && options.canRestrictNet ? ['--allow-net'] : []),
    ...(permissions.childProcess ? ['--allow-child-process'] : []),
    ...(permissions.worker ? ['--allow-worker'] : []),
    ...(permissions.addons ? ['--allow-addons'] : []),
    ...(permissions.wasi ? ['--allow-wasi'] : []),
  ];
}

/** Entries of a directory that `--allow-read` grants. */
function publicEntries(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names.filter((name) => !isPrivate(name)).map((name) => join(directory, name));
}

function isPrivate(name: string): boolean {
  return name.startsWith('.env') || name === '.compozy' || name === '.git';
}

function resolvePath(base: string, path: string): string {
  return path === '*' ? path : resolve(base, path);
}

/** The wildcard is for a directory that does not exist yet: Node adds it by itself only to one that does. */
function grants(path: string): string[] {
  return path === '*' ? [path] : [path, join(path, '*')];
}
