import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAX_FRAMES = 10;
/** Frames of Node, of bun and of our own runner. */
const FOREIGN = /\bnode:|\binternal:|[/\\](?:child-runner|open-channel)\.[a-z]+:/;

/** Frames of a stack that are the user's or a package's, with paths relative to the project; at most ten. */
export function cleanStack(stack: string, projectDirs: readonly string[]): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim().slice(0, 500))
    .filter((line) => !FOREIGN.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.replace(/(file:\/\/[^\s()]+|\/[^\s()]+)/, (path) => toRelative(path, projectDirs)));
}

function toRelative(location: string, projectDirs: readonly string[]): string {
  const path = location.startsWith('file://') ? safeFileUrl(location) : location;
  for (const dir of projectDirs) {
    const inside = relative(dir, path);
    if (!inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return inside;
  }
  return path;
}

function safeFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
