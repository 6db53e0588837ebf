import { fixed, type FunctionTable } from '../function-spec.js';

const base = fixed(['string'], (_run, path) => lastElement(path));
const dir = fixed(['string'], (_run, path) => cleaned(path.slice(0, path.lastIndexOf('/') + 1)));
const clean = fixed(['string'], (_run, path) => cleaned(path));
const ext = fixed(['string'], (_run, path) => extension(path));
const isAbs = fixed(['string'], (_run, path) => path.startsWith('/'));

/** Paths with slashes; the functions for files of the system are the same, wherever a run happens to be. */
export const PATH_FUNCTIONS: FunctionTable = {
  base,
  osBase: base,
  dir,
  osDir: dir,
  clean,
  osClean: clean,
  ext,
  osExt: ext,
  isAbs,
  osIsAbs: isAbs,
};

function lastElement(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot);
}

/** The shortest path that means the same. */
function cleaned(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push('..');
  }
  const joined = parts.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}
