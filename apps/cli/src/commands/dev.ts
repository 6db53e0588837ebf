import { once } from 'node:events';
import path from 'node:path';
import type { watch as Watch } from 'chokidar';
import type { Command } from 'commander';
import { formatDiagnostics, type Project } from '@compozy/core/loader';
import { colorsFor } from '../colors.js';
import { readEnvironment } from '../env.js';
import { checkFiles, loadWithSettings, NO_HOST_TOOLS } from '../load-checked-project.js';
import { parsePort } from '../parse-port.js';
import { DEFAULT_SERVER } from '../server/server-options.js';
import type { Session } from '../session.js';

interface DevOptions {
  readonly project: string;
  readonly lenient?: boolean;
  readonly address?: string;
  readonly local?: boolean;
  readonly port?: number;
  readonly uiPort?: number;
  readonly apiPort?: number;
}

/** Where commands look for a server by themselves. */
const USUAL_API = `${DEFAULT_SERVER}/api/v0`;

/** Editors write a file in several steps. */
const SETTLE_MS = 150;

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description(
      'Temporal server with its UI, a worker that takes up changes of YAML and tools at once, and its HTTP API',
    )
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('--lenient', 'unknown keys are warnings')
    .option('--address <host:port>', 'this Temporal server, whatever the settings say')
    .option('--local', 'start a Temporal server, also where the settings name one')
    .option('--port <number>', 'port of the Temporal server; a free one by default', parsePort)
    .option('--ui-port <number>', 'port of the Temporal UI; a free one by default', parsePort)
    .option(
      '--api-port <number>',
      'port of the HTTP API; that of the settings by default, else 5001, or a free one when that is taken',
      parsePort,
    )
    .action(develop);
}

async function develop(options: DevOptions): Promise<void> {
  const { project, settings } = await loadWithSettings({ ...options, hostTools: NO_HOST_TOOLS });
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  // Both take long to load, and no other command needs them.
  const [{ watch }, { openSession }] = await Promise.all([import('chokidar'), import('../session.js')]);
  const session = await openSession(project, {
    settings,
    env: readEnvironment(),
    log,
    serves: true,
    api: options.apiPort === undefined ? {} : { port: options.apiPort },
    ...(options.local === true ? { local: true } : {}),
    ...(options.address === undefined ? {} : { address: options.address }),
    server: {
      ui: true,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.uiPort === undefined ? {} : { uiPort: options.uiPort }),
    },
  });
  const watcher = watchProject(watch, project, () => void reload(session, options, log));
  // Before that, it takes no notice of a change.
  await once(watcher, 'ready');
  log(banner(project, session));
  const stopped = Promise.withResolvers<void>();
  process.once('SIGINT', stopped.resolve);
  process.once('SIGTERM', stopped.resolve);
  await Promise.race([stopped.promise, session.worker.ended]);
  log('stopping');
  await watcher.close();
  await session.close();
}

function banner(project: Project, { server, worker, apiUrl, startup }: Session): string {
  const { bold, dim } = colorsFor(process.stderr);
  const row = (name: string, value: string) => `  ${dim(name.padEnd(14))}${value}`;
  const workflows = [...project.workflows.keys()].join(', ');
  const [first] = project.workflows.keys();
  return [
    '',
    `  ${bold('compozy dev')}  ${project.name}  ${dim(`ready in ${startup.serverMs + startup.workerMs} ms`)}`,
    '',
    row('Temporal', server.address),
    ...(server.uiUrl === undefined ? [] : [row('Temporal UI', server.uiUrl)]),
    ...(apiUrl === undefined ? [] : [row('HTTP API', apiUrl)]),
    row('task queue', worker.taskQueue),
    row('workflows', workflows === '' ? 'none' : workflows),
    ...(project.tasks.size === 0 ? [] : [row('tasks alone', [...project.tasks.keys()].join(', '))]),
    ...(first === undefined || apiUrl === undefined
      ? []
      : [row('start one', `compozy start ${first}${apiUrl === USUAL_API ? '' : ` --server ${apiUrl}`}`)]),
    '',
  ].join('\n');
}

function watchProject(watch: typeof Watch, project: Project, changed: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const ignored = (file: string) => {
    const parts = path.relative(project.dir, file).split(path.sep);
    return parts.includes('node_modules') || parts.includes('.compozy') || parts.includes('.git');
  };
  return watch(project.dir, { ignored, ignoreInitial: true }).on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  });
}

let reloading: Promise<void> = Promise.resolve();

async function reload(session: Session, options: DevOptions, log: (line: string) => void): Promise<void> {
  // One after the other: two quick changes must not swap in the older project last.
  reloading = reloading.then(async () => {
    const { diagnostics, project } = await checkFiles({ ...options, hostTools: NO_HOST_TOOLS });
    if (diagnostics.length > 0) log(formatDiagnostics(diagnostics));
    if (project === undefined) {
      log('the project has errors; the last good version stays in place');
      return;
    }
    try {
      await session.worker.reload(project);
      log(`reloaded: ${[...project.workflows.keys()].join(', ')}`);
    } catch (error) {
      log(`not reloaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  await reloading;
}
