import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { preloadPath } from '@compozy/workflows';

const require = createRequire(import.meta.url);

/**
 * The file with the bundled workflow code: made once for each version of the SDK and of the code, then taken from
 * `cacheDir`. Bundling takes one to two seconds, which every start would pay otherwise.
 */
export async function bundleWorkflows(workflowsPath: string, cacheDir: string): Promise<string> {
  const key = await bundleKey(workflowsPath);
  const file = path.join(cacheDir, `workflows-${key}.js`);
  if (await exists(file)) return file;
  const { code } = await bundleWorkflowCode({ workflowsPath, preloadModules: [preloadPath], logger: quiet });
  await mkdir(cacheDir, { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, code);
  await rename(temporary, file);
  return file;
}

async function bundleKey(workflowsPath: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update((require('@temporalio/worker/package.json') as { version: string }).version);
  hash.update(workflowsPath);
  const core = path.dirname(fileURLToPath(import.meta.resolve('@compozy/core')));
  for (const root of [path.dirname(workflowsPath), path.dirname(path.dirname(preloadPath)), core]) {
    const files = await readdir(root, { recursive: true });
    for (const name of files.filter((entry) => entry.endsWith('.js')).toSorted()) {
      hash.update(name);
      hash.update(await readFile(path.join(root, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return await readFile(file).then(
    () => true,
    () => false,
  );
}

const ignore = () => undefined;
const quiet = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
