// `pnpm check:install`: what a stranger has who installs the packages from the registry. Packs them, installs them with npm
// into a folder outside of the workspace, and uses them there: every entry point on the oldest and the newest Node, types,
// the guide docs/custom-worker.md as it is written, the programs, and what is said where something optional is missing.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkEntryPoints, checkTypes } from './install/check-entry-points.mjs';
import { checkImports } from './install/check-imports.mjs';
import { checkOptionalPeers } from './install/check-optional-peers.mjs';
import { checkPrograms } from './install/check-programs.mjs';
import { checkGuide } from './install/check-guide.mjs';
import { createInstallation } from './install/installation.mjs';
import { packAll } from './install/pack-all.mjs';
import { writeGuide } from './install/write-guide.mjs';
import { root } from './checks/run-command.mjs';

const OLDEST_NODE = '22.18.0';
/** What the guide says is needed beside our packages, and what this check needs. */
const GUIDE = ['@temporalio/activity', '@temporalio/worker', '@temporalio/workflow', 'hono', '@hono/node-server'];
const TOOLS = ['typescript', '@types/node', 'zod', '@temporalio/client', '@temporalio/common', '@temporalio/testing'];

const workspace = await readFile(path.join(root, 'pnpm-workspace.yaml'), 'utf8');
const catalog = new Map(
  [...workspace.matchAll(/^ {2}'?([^\s':]+)'?: (\d\S*)$/gm)].map(([, name, version]) => [name, version]),
);
const versioned = (names) => names.map((name) => `${name}@${catalog.get(name)}`);

const folder = await mkdtemp(path.join(tmpdir(), 'compozy-install-'));
let failed = false;

async function step(title, work) {
  const begin = performance.now();
  const problems = await work().catch((error) => [error.stack ?? String(error)]);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(5);
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${seconds} s  ${title}`);
  for (const problem of problems) console.log(String(problem).replaceAll(/^/gm, '    '));
  failed ||= problems.length > 0;
  return problems.length === 0;
}

try {
  const tarballs = path.join(folder, 'packed');
  const project = path.join(folder, 'project');
  await mkdir(tarballs);
  await mkdir(project);
  const app = createInstallation(project);
  const packed = new Map();
  const isReady =
    (await step('packed', () => packAll(tarballs, packed))) &&
    (await step('installed without the command line, pg and ioredis', async () => {
      await app.writeManifest({ name: 'stranger', private: true, type: 'module', allowScripts: { node: true } });
      const files = [...packed].filter(([name]) => name !== '@compozy/cli').map(([, { file }]) => file);
      return app.npm(['install', ...files, ...versioned([...GUIDE, ...TOOLS]), `node@${OLDEST_NODE}`]);
    }));
  if (isReady) {
    const oldest = path.join(project, 'node_modules', 'node', 'bin', 'node');
    const nodes = [process.execPath, oldest];
    await step('nothing is imported that is no dependency', () => checkImports(packed, project));
    await step('an optional package that is missing is named', () => checkOptionalPeers(app));
    await step('installed the command line', () => app.npm(['install', packed.get('@compozy/cli').file]));
    await writeGuide(project);
    for (const node of nodes) {
      const version = node === oldest ? OLDEST_NODE : process.versions.node;
      await step(`every entry point, Node ${version}`, () => checkEntryPoints(app, packed, node));
      await step(`the programs, Node ${version}`, () => checkPrograms(app, node));
      await step(`docs/custom-worker.md, Node ${version}`, () => checkGuide(app, node));
    }
    for (const resolution of ['nodenext', 'bundler']) {
      await step(`types, moduleResolution ${resolution}`, () => checkTypes(app, packed, resolution));
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
process.exit(failed ? 1 : 0);
