import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../checks/run-command.mjs';

/** Writes the files of docs/custom-worker.md: each block whose first line is a comment with a name. */
export async function writeGuide(dir) {
  const text = await readFile(path.join(root, 'docs/custom-worker.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\w+\n(?:#|\/\/) (\S+)\n(.*?)^```$/gms)];
  for (const [, name, content] of blocks) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return blocks.length;
}
