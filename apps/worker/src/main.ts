import { readFileSync } from 'node:fs';
import { CompozyError } from '@compozy/core';
import { createWorker } from './create-worker.js';
import { readHostEnvironment } from './env.js';
import { createHostLog, describeError, type HostLog } from './host/host-log.js';
import { createApiKeys } from './http/api-key.js';
import { startWorkerServer } from './http/start-worker-server.js';
import { describeSettings } from './settings/describe-settings.js';
import { flagsHelp } from './settings/flags-help.js';
import { toApiOptions, toServerOptions, toVersioning, toWorkerOptions } from './settings/host-options.js';
import { openStore } from './settings/open-store.js';
import { resolveSettings } from './settings/resolve-settings.js';
import { formatSettingProblems, SettingsError } from './settings/setting-problem.js';
import { reloadOnSignal } from './host/reload-on-signal.js';
import { installSdkRuntime } from './host/sdk-runtime.js';
import { watchOtherHosts } from './host/watch-other-hosts.js';

/** An installed SDK runtime would keep a process that failed to start from ending. */
const EXIT_GRACE_MS = 1_000;

const argv = process.argv.slice(2);
if (argv.some((argument) => argument === '--help' || argument === '-h')) process.stdout.write(flagsHelp());
else if (argv[0] === '--version') process.stdout.write(`${readVersion()}\n`);
else await serve();

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function serve(): Promise<void> {
  try {
    const environment = readHostEnvironment();
    const { project, settings, warnings } = await resolveSettings({ environment, argv, hostTools: [] });
    const { values, temporal } = settings;
    const stopped = untilSignal();
    const log = createHostLog(values['runtime.log_level']);
    const { print, warn } = log;
    for (const { severity: _always, ...warning } of warnings)
      print({ level: 'warn', ...warning, component: 'settings' });
    printSettings(settings.entries, log);
    const opened = openStore(settings, project.dir);
    const { store, memory, isOfOneHost, checks, limiter } = opened;
    installSdkRuntime(log, values['runtime.log_level']);
    const worker = await createWorker({
      ...toWorkerOptions(values),
      ...toVersioning(values),
      checks,
      project,
      temporal,
      memory,
      store,
      onError: (component, error) => warn(component)(error),
      onNotice: ({ details, ...notice }) => print({ ...notice, ...details }),
      schedules: {
        overrides: store.schedules,
        log: ({ level, message }) => print({ level, message, component: 'schedules' }),
      },
      onToolLog: ({ toolId, taskKey, text }) => print({ level: 'info', message: text, tool: toolId, task: taskKey }),
    });
    const needsKey = values['server.auth.enabled'];
    const listening = toServerOptions(values);
    const server = await startWorkerServer({
      ...listening,
      worker,
      store,
      api: {
        ...toApiOptions(values),
        ...(limiter === undefined ? {} : { limiter }),
        ...(needsKey ? { apiKeys: createApiKeys(values['server.auth.key_hashes'], store.apiKeys) } : {}),
        onError: (error, context) => print({ level: 'error', message: describeError(error), ...context }),
      },
      onStoreError: warn('store'),
      onUnready: (check, error) => warn(check)(error),
    }).catch(async (error: unknown) => {
      await worker.stop();
      throw error;
    });
    await worker.setup();
    server.open();
    const { port, healthPort } = server;
    const { taskQueue } = worker;
    print({ level: 'info', message: 'worker ready', project: project.name, taskQueue, port, healthPort });
    if (!needsKey) print({ level: 'warn', message: `the API on ${listening.host}:${port} needs no API key` });
    const reloading = reloadOnSignal({ dir: project.dir, environment, worker, log });
    const others = isOfOneHost
      ? watchOtherHosts({ worker, onError: warn('temporal'), onFound: (host) => warnOfHost(host, log) })
      : undefined;
    await Promise.race([stopped, worker.ended]);
    print({ level: 'info', message: 'worker stopping' });
    await reloading.stop();
    others?.stop();
    await server.drain(values['server.timeouts.server_shutdown']);
    await worker.stop();
    await server.close();
    await opened.close();
  } catch (error) {
    const isReport = error instanceof SettingsError;
    const report = isReport ? formatSettingProblems(error.problems) : describeError(error);
    process.stderr.write(`${report}${hintOnStart(error)}\n`);
    process.exitCode = isReport ? 2 : 1;
    setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
  }
}

/** Which settings it is about, where the error cannot know that it came from settings. */
function hintOnStart(error: unknown): string {
  if (error instanceof SettingsError) {
    const isNoProject = error.problems.some(
      ({ code, place }) => code === 'file.missing' && place === 'compozy.yaml:1:1',
    );
    return isNoProject ? '\nName the folder of a project: --project-dir, or COMPOZY_PROJECT_DIR' : '';
  }
  if (!CompozyError.isInstance(error) || error.code !== 'Server.StartFailed') return '';
  return '\nThe ports are SERVER_PORT, or --port, and HEALTH_PORT, or --health-port; the address is SERVER_HOST, or --host';
}

/** Resolves with the first signal to end; the second one, of whichever kind, forces. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isEnding = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isEnding) process.exit(1);
        isEnding = true;
        resolve();
      });
    }
  });
}

/** What somebody set, and all of them at the level of debugging; secrets are hidden. */
function printSettings(entries: Parameters<typeof describeSettings>[0], { print }: HostLog): void {
  const described = describeSettings(entries);
  const toMap = (shown: typeof described) => Object.fromEntries(shown.map(({ key, value }) => [key, value]));
  const given = described.filter(({ source }) => source !== 'default');
  print({ level: 'info', message: 'settings', settings: toMap(given) });
  print({ level: 'debug', message: 'settings with their defaults', settings: toMap(described) });
}

function warnOfHost(host: string, { print }: HostLog): void {
  const message =
    `A worker on "${host}" takes work from the same task queue, and the store is a file of this host: ` +
    'neither finds the runs, memories and large values of the other; use PostgreSQL (DB_CONN_STRING) for several hosts';
  print({ level: 'warn', message, component: 'store' });
}
