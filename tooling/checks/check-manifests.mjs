// What a package asks its user to install: one copy of what must exist only once, one version for the whole workspace.
import { listPackages } from './list-files.mjs';

/** Two copies of these in one tree do not know each other. Apps bring their own. */
const ONE_COPY = /^(@temporalio\/|@opentelemetry\/api$|zod$|ai$|@ai-sdk\/)/;

export async function checkManifests() {
  const packages = await listPackages();
  const problems = packages.flatMap(({ directory, manifest }) =>
    findProblems(directory, manifest).map((problem) => `${directory}/package.json  ${problem}`),
  );
  return { ok: problems.length === 0, output: problems.join('\n'), note: `${packages.length} packages` };
}

function findProblems(directory, manifest) {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {}, exports = {} } = manifest;
  const isApp = directory.startsWith('apps/');
  const problems = [];
  for (const name of Object.keys(dependencies)) {
    if (!isApp && ONE_COPY.test(name)) problems.push(`"${name}" has to be a peer dependency`);
  }
  for (const name of Object.keys(peerDependencies)) {
    if (!(name in devDependencies) && !(name in dependencies)) {
      problems.push(
        `the peer "${name}" has to be a devDependency too, by catalog, so that this package is tested with it`,
      );
    }
  }
  for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
    if (name.startsWith('@compozy/')) {
      if (!range.startsWith('workspace:')) problems.push(`"${name}": "${range}" has to be "workspace:^"`);
    } else if (range !== 'catalog:' && !(isApp && ONE_COPY.test(name) && range.startsWith('~'))) {
      // An app may name a range of what exists only once, so that its user's copy serves it too.
      problems.push(`"${name}": "${range}" has to be "catalog:"`);
    }
  }
  const published = manifest.publishConfig?.exports ?? {};
  if (JSON.stringify(Object.keys(published)) !== JSON.stringify(Object.keys(exports))) {
    problems.push('publishConfig.exports has to have the entry points of exports');
  }
  if (JSON.stringify(published).includes('@compozy/source')) {
    problems.push('publishConfig.exports must not name the condition "@compozy/source"');
  }
  for (const field of ['description', 'license', 'repository', 'engines', 'files']) {
    if (manifest[field] === undefined) problems.push(`"${field}" is missing`);
  }
  return problems;
}
