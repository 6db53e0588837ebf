import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';

const IMPORT =
  /(?:\bfrom|\bimport|\brequire|\bimport\.meta\.resolve|\.resolve|createRequire\([^)]*\))\s*\(?\s*["']([^"'\s]+)["']/g;
/** Read at run time where it is there, and named in what is said when it is not. */
const PACKAGE = /^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*(\/|$)/;

/** Names in JavaScript and types of each package that are neither its own, nor Node's, nor among its dependencies. */
export async function checkImports(packed, dir) {
  const problems = [];
  for (const [name, { manifest }] of packed) {
    if (name === '@compozy/cli') continue;
    const known = new Set([
      name,
      ...builtinModules,
      ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    ]);
    const folder = path.join(dir, 'node_modules', name);
    const files = await readdir(path.join(folder, 'dist'), { recursive: true });
    for (const file of files.filter((one) => /\.(js|d\.ts)$/.test(one))) {
      const text = await readFile(path.join(folder, 'dist', file), 'utf8');
      for (const [, specifier] of text.matchAll(IMPORT)) {
        if (specifier.startsWith('node:') || specifier.startsWith('.') || !PACKAGE.test(specifier)) continue;
        const parts = specifier.split('/');
        const owner = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
        if (!known.has(owner)) problems.push(`${name}/dist/${file} names "${specifier}"`);
      }
    }
  }
  return problems;
}
