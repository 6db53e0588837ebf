import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CompozyError } from '@compozy/core';

const run = promisify(execFile);

export interface NodeAbilities {
  /** Whether the network is closed unless `--allow-net` is given. */
  readonly canRestrictNet: boolean;
}

/** Asks a Node binary what its permission model can restrict. @throws CompozyError `Config.Invalid` if it has none. */
export async function inspectNode(nodePath: string): Promise<NodeAbilities> {
  const flags = nodePath === process.execPath ? process.allowedNodeEnvironmentFlags : await askFlags(nodePath);
  if (!flags.has('--permission')) {
    const message = `"${nodePath}" has no permission model; tools need Node 22.18 or later`;
    throw new CompozyError('Config.Invalid', message, { details: { nodePath } });
  }
  return { canRestrictNet: flags.has('--allow-net') };
}

async function askFlags(nodePath: string): Promise<ReadonlySet<string>> {
  try {
    const script = 'JSON.stringify([...process.allowedNodeEnvironmentFlags])';
    const { stdout } = await run(nodePath, ['-p', script], { env: {}, timeout: 30_000 });
    return new Set(JSON.parse(stdout) as string[]);
  } catch (cause) {
    const message = `"${nodePath}" is no Node that can be started`;
    throw new CompozyError('Config.Invalid', message, { details: { nodePath }, cause });
  }
}
