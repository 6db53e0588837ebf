import { CompozyError } from '@compozy/core';
import { closestName } from '../runtime/closest-name.js';

export interface PathPermission {
  readonly project: boolean;
  readonly paths: readonly string[];
}

/** What `runtime.permissions` allows. */
export interface ToolPermissions {
  /** `project` is the flag without a path. */
  readonly read: PathPermission;
  readonly write: PathPermission;
  readonly net: boolean;
  readonly childProcess: boolean;
  readonly worker: boolean;
  readonly addons: boolean;
  readonly wasi: boolean;
}

const FLAGS = [
  '--allow-read',
  '--allow-write',
  '--allow-net',
  '--allow-child-process',
  '--allow-worker',
  '--allow-addons',
  '--allow-wasi',
] as const;

type Flag = (typeof FLAGS)[number];

/** Flags of other runtimes that people know, and what to write instead. */
const FOREIGN: Readonly<Record<string, string>> = {
  '--allow-env': 'a tool sees the variables that its `env` declares; remove this permission',
  '--allow-run': 'did you mean "--allow-child-process"?',
  '--allow-ffi': 'did you mean "--allow-addons"?',
  '--allow-fs-read': 'did you mean "--allow-read"?',
  '--allow-fs-write': 'did you mean "--allow-write"?',
  '--allow-all': 'list the permissions that the tools need',
  '-A': 'list the permissions that the tools need',
  '--allow-sys': 'it needs no permission here; remove it',
  '--allow-hrtime': 'it needs no permission here; remove it',
};

/** @throws CompozyError `Config.Invalid` for a permission that is not known or cannot take a value. */
export function parsePermissions(permissions: readonly string[]): ToolPermissions {
  const paths: Record<'read' | 'write', string[]> = { read: [], write: [] };
  const bare = new Set<Flag>();
  for (const permission of permissions) {
    const equals = permission.indexOf('=');
    const name = equals === -1 ? permission : permission.slice(0, equals);
    const value = equals === -1 ? undefined : permission.slice(equals + 1);
    if (!isFlag(name)) throw invalid(permission, hintFor(name));
    if (value === undefined) bare.add(name);
    else if (value === '') throw invalid(permission, 'the value after "=" is empty');
    else if (name === '--allow-read') paths.read.push(value);
    else if (name === '--allow-write') paths.write.push(value);
    else if (name === '--allow-net') throw invalid(permission, 'single hosts cannot be allowed; write "--allow-net"');
    else throw invalid(permission, `"${name}" takes no value`);
  }
  return {
    read: { project: bare.has('--allow-read'), paths: paths.read },
    write: { project: bare.has('--allow-write'), paths: paths.write },
    net: bare.has('--allow-net'),
    childProcess: bare.has('--allow-child-process'),
    worker: bare.has('--allow-worker'),
    addons: bare.has('--allow-addons'),
    wasi: bare.has('--allow-wasi'),
  };
}

function isFlag(name: string): name is Flag {
  return (FLAGS as readonly string[]).includes(name);
}

function hintFor(name: string): string {
  const foreign = FOREIGN[name];
  if (foreign !== undefined) return foreign;
  const closest = closestName(name, FLAGS);
  return closest === undefined ? `known are ${FLAGS.join(', ')}` : `did you mean "${closest}"?`;
}

function invalid(permission: string, hint: string): CompozyError {
  const message = `Unknown permission "${permission}" in runtime.permissions: ${hint}`;
  return new CompozyError('Config.Invalid', message, { details: { permission } });
}
