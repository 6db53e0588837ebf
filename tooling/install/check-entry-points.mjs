/** The names by which a package is imported, without those of files. */
function entryPoints(packed) {
  return [...packed].flatMap(([name, { manifest }]) =>
    Object.keys(manifest.publishConfig?.exports ?? manifest.exports)
      .filter((key) => !key.includes('*') && !key.endsWith('.json'))
      .map((key) => `${name}${key.slice(1)}`),
  );
}

/** Imports each of them, and asks each package for its package.json and its schemas. */
export async function checkEntryPoints(app, packed, node) {
  const names = entryPoints(packed);
  await app.write(
    'entry-points.mjs',
    `import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
for (const name of ${JSON.stringify(names)}) {
  const found = Object.keys(await import(name));
  if (found.length === 0) console.log(name + ' exports nothing');
}
for (const name of ${JSON.stringify([...packed.keys()].map((name) => `${name}/package.json`))}
  .concat('project', 'workflow', 'tool').map((name) => name.includes('/') ? name : '@compozy/core/schemas/' + name + '.schema.json'))
  JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8'));
process.exit();
`,
  );
  const { code, output } = await app.node(node, ['--no-warnings', 'entry-points.mjs']);
  return code === 0 && output === '' ? [] : [output];
}

/** The types of every entry point, and the guide, as strict as can be. */
export async function checkTypes(app, packed, resolution) {
  const imports = entryPoints(packed).map(
    (name, index) => `import * as all${index} from '${name}';\nvoid all${index};\n`,
  );
  await app.write('entry-points.ts', imports.join(''));
  const module = resolution === 'bundler' ? 'esnext' : resolution;
  const options = [
    '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --verbatimModuleSyntax',
    '--allowImportingTsExtensions --skipLibCheck false --target es2023 --types node',
    `--moduleResolution ${resolution} --module ${module}`,
  ].flatMap((line) => line.split(' '));
  const { output } = await app.run('node_modules/.bin/tsc', [
    ...options,
    'entry-points.ts',
    'worker.ts',
    'workflows.ts',
    'minimal.ts',
  ]);
  // Types of Temporal's SDK have mistakes of their own; a mistake in ours, or because of ours, is named by another file.
  const lines = output.split('\n').filter((line) => /^\S.*error TS/.test(line));
  return lines.filter((line) => !line.startsWith('node_modules/@temporalio/'));
}
