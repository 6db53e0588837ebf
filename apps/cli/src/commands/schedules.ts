import type { Command } from 'commander';
import { colorsFor } from '../colors.js';
import { checkSettings, formatSettingProblems } from '@compozy/worker/settings';
import { readEnvironment, readSettingsEnvironment } from '../env.js';
import { CommandExit, EXIT } from '../exit-code.js';
import { loadWithSettings } from '../load-checked-project.js';
import type { ScheduleAction, ScheduleRow, ScheduleSource } from '../schedules/schedule-source.js';
import { createServerSchedules } from '../schedules/server-schedules.js';
import { parseId } from '../parse-id.js';
import { openClient, withServerOptions, type ServerOptions } from '../server/server-options.js';
import { formatTable, seconds, type Column } from '../table.js';
import { writeJson } from '../write-json.js';

interface SchedulesOptions extends ServerOptions {
  readonly project: string;
  readonly name?: string;
  readonly address?: string;
}

const ACTIONS: Readonly<Record<ScheduleAction, { readonly description: string; readonly done: string }>> = {
  pause: { description: 'start no runs, until it is resumed or its file changes', done: 'paused' },
  resume: { description: 'start runs again, until its file changes', done: 'resumed' },
  trigger: { description: 'start one run now, paused or not', done: 'triggered' },
  reset: { description: 'back to what its file says', done: 'as its file says' },
};

const WHY_TEMPORAL =
  'TEMPORAL_HOST_PORT is set, so Temporal itself is asked, for a project that is here: --project, or --name. A compozy-worker is asked with --server <url>';

const COLUMNS: readonly Column<ScheduleRow>[] = [
  { head: 'WORKFLOW', cell: (row) => row.workflow_id },
  { head: 'CRON', cell: (row) => row.cron },
  { head: 'ZONE', cell: (row) => row.timezone },
  {
    head: 'STATE',
    cell: (row) => `${row.enabled ? 'active' : 'paused'}${row.is_override ? ' (changed by hand)' : ''}`,
  },
  { head: 'NEXT RUN', cell: (row) => seconds(row.next_run_time) },
  { head: 'LAST RUN', cell: (row) => [seconds(row.last_run_time), row.last_run_status].filter(Boolean).join(' ') },
];

export function addSchedulesCommand(program: Command): void {
  const schedules = program
    .command('schedules')
    .description(
      'the schedules of a running compozy-worker, or of a project on a Temporal server: list, pause, resume, trigger, reset',
    );
  withOptions(schedules.command('list').description('all of them, with their next and last run')).action(
    async (options: SchedulesOptions) => {
      await using source = await open(options);
      const list = await source.list();
      if (options.json === true) writeJson({ schedules: list });
      else process.stdout.write(formatTable(COLUMNS, list, colorsFor(process.stdout)));
    },
  );
  for (const [action, { description, done }] of Object.entries(ACTIONS)) {
    withOptions(
      schedules.command(action).description(description).argument('<workflow-id>', 'of the list', parseId),
    ).action(async (workflowId: string, options: SchedulesOptions) => {
      await using source = await open(options);
      const row = await source.act(action as ScheduleAction, workflowId);
      if (options.json === true) writeJson(row);
      else process.stderr.write(`${workflowId}: ${done}\n`);
    });
  }
}

function withOptions(command: Command): Command {
  return withServerOptions(command)
    .option('--address <host:port>', 'ask this Temporal server instead of a compozy-worker')
    .option('-p, --project <dir>', 'folder of compozy.yaml, for --address', '.')
    .option('--name <project>', 'name of the project, for --address, when its files are not here')
    .addHelpText(
      'after',
      '\nThe first of these decides who is asked: --server or --address, COMPOZY_BASE_URL, TEMPORAL_HOST_PORT.',
    );
}

async function open(options: SchedulesOptions): Promise<ScheduleSource> {
  const env = readEnvironment();
  const { server, address } = options;
  if (server !== undefined && address !== undefined) {
    throw new CommandExit(EXIT.usage, 'Give --server <url> for a compozy-worker or --address <host:port>, not both');
  }
  const isServer = address === undefined && (server ?? env.serverUrl) !== undefined;
  if (isServer || (address === undefined && !env.namesTemporal)) {
    if (options.name === undefined) return createServerSchedules(openClient(options));
    throw new CommandExit(
      EXIT.usage,
      '--name goes with --address <host:port>, or TEMPORAL_HOST_PORT: a compozy-worker serves one project',
    );
  }
  const { project, temporal } = await locate(options).catch((error: unknown) => {
    if (address !== undefined || !(error instanceof CommandExit)) throw error;
    // Nobody has named Temporal on the command line, so why the project is wanted has to be said.
    throw new CommandExit(error.code, `${error.message}\n${WHY_TEMPORAL}`);
  });
  const { openTemporalSchedules } = await import('../schedules/temporal-schedules.js');
  return await openTemporalSchedules({
    project,
    temporal: address === undefined ? temporal : { ...temporal, hostPort: address },
  });
}

/** The name of the project, and how Temporal is reached: by its settings, or without its files by the environment. */
async function locate(options: SchedulesOptions) {
  if (options.name === undefined) {
    const { project, settings } = await loadWithSettings(options);
    return { project: project.name, temporal: settings.temporal };
  }
  const { settings, problems } = await checkSettings({ environment: readSettingsEnvironment(), withoutProject: true });
  if (settings === undefined) throw new CommandExit(EXIT.usage, formatSettingProblems(problems));
  return { project: options.name, temporal: settings.temporal };
}
