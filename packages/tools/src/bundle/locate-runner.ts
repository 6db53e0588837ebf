import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Runner {
  readonly file: string;
  /** What a process must be able to read to run it. */
  readonly readable: readonly string[];
}

/**
 * The main module of tool processes: the file that this package ships. From TypeScript source, whose imports Node
 * cannot follow, it is bundled into `cacheDir`.
 */
export async function locateRunner(cacheDir: string): Promise<Runner> {
  const shipped = fileURLToPath(new URL('../runtime/child-runner.js', import.meta.url));
  if (existsSync(shipped)) {
    const dir = dirname(shipped);
    return { file: shipped, readable: [dir, join(dir, '..', 'package.json'), join(dir, '..', '..', 'package.json')] };
  }
  const source = fileURLToPath(new URL('../runtime/child-runner.ts', import.meta.url));
  const dir = join(cacheDir, `runner-${process.pid}`);
  const file = join(dir, 'child-runner.mjs');
  await mkdir(dir, { recursive: true });
  await build({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  return { file, readable: [dir] };
}
