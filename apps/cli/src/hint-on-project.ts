import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What to do where a command was called in a folder that is no project; nothing where it is one. */
export function hintOnProject(dir: string): string {
  const folder = path.resolve(dir);
  if (existsSync(path.join(folder, 'compozy.yaml'))) return '';
  if (existsSync(path.join(folder, 'compozy.yml'))) return `\nRename compozy.yml in ${folder} to compozy.yaml`;
  if (existsSync(folder) && statSync(folder).isFile()) {
    return `\n${folder} is a file: name the folder that it is in, ${path.dirname(folder)}`;
  }
  return `\n${folder} is no project: name the folder of one (--project), or make one with "compozy init"`;
}
