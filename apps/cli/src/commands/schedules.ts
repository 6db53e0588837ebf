import type { Command } from 'commander';
import { openSchedules, type ScheduleInfo, type ScheduleManager } from '@compozy/worker';
import { readEnvironment } from '../env.js';
import { CommandExit, EXIT } from '../exit-code.js';
import { loadCheckedProject } from '../load-checked-project.js';
import { schedulesTable } from '../schedules-table.js';
import { installRuntime } from '../session.js';

interface SchedulesOptions {
  readonly project: string;
  readonly name?: string;
  readonly address?: string;
  readonly json?: boolean;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly done: string;
  readonly act: (schedules: ScheduleManager, workflowId: string) => Promise<unknown>;
}

const ACTIONS: readonly Action[] = [
  {
    name: 'pause',
    description: 'start no runs, until it is resumed or its file changes',
    done: 'paused',
    act: (schedules, id) => schedules.pause(id),
  },
  {
    name: 'resume',
    description: 'start runs again, until its file changes',
    done: 'resumed',
    act: (schedules, id) => schedules.resume(id),
  },
  {
    name: 'trigger',
    description: 'start one run now, paused or not',
    done: 'triggered',
    act: (schedules, id) => schedules.trigger(id),
  },
  {
    name: 'reset',
    description: 'back to what its file says',
    done: 'as its file says',
    act: (schedules, id) => schedules.removeOverride(id),
  },
];

export function addSchedulesCommand(program: Command): void {
  const schedules = program
    .command('schedules')
    .description('the schedules of a project on a Temporal server: list, pause, resume, trigger, reset');
  withOptions(schedules.command('list').description('all of them, with their next and last run')).action(
    async (options: SchedulesOptions) => {
      await using opened = await open(options);
      const list = await opened.list();
      if (options.json === true) writeJson({ schedules: list.map((schedule) => toRow(schedule)) });
      else process.stdout.write(schedulesTable(list, process.stdout.isTTY));
    },
  );
  for (const { name, description, done, act } of ACTIONS) {
    withOptions(schedules.command(name).description(description).argument('<workflow-id>')).action(
      async (workflowId: string, options: SchedulesOptions) => {
        await using opened = await open(options);
        await act(opened, workflowId);
        if (options.json === true) writeJson(toRow(await opened.get(workflowId)));
        else process.stderr.write(`${workflowId}: ${done}\n`);
      },
    );
  }
}

function withOptions(command: Command): Command {
  return command
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('--name <project>', 'name of the project, when its files are not here')
    .option('--address <host:port>', 'the Temporal server; by default that of TEMPORAL_HOST_PORT')
    .option('--json', 'print one JSON object on stdout');
}

async function open(options: SchedulesOptions): Promise<ScheduleManager & AsyncDisposable> {
  const env = readEnvironment();
  const address = options.address ?? env.address;
  if (address === undefined) {
    throw new CommandExit(EXIT.usage, 'Name the Temporal server: --address <host:port>, or TEMPORAL_HOST_PORT');
  }
  const project = options.name ?? (await loadCheckedProject(options)).name;
  installRuntime((line) => void process.stderr.write(`${line}\n`));
  return await openSchedules({
    project,
    temporal: {
      hostPort: address,
      namespace: env.namespace,
      ...(env.apiKey === undefined ? {} : { apiKey: env.apiKey, tls: true }),
    },
  });
}

/** In the names that files and runs have. */
function toRow(schedule: ScheduleInfo) {
  const { lastRun, override } = schedule;
  return {
    workflow_id: schedule.workflowId,
    schedule_id: schedule.scheduleId,
    cron: schedule.cron,
    timezone: schedule.timezone,
    overlap_policy: schedule.overlap,
    enabled: !schedule.paused,
    is_override: schedule.isOverride,
    overridden_at: override?.updatedAt ?? null,
    yaml_config: schedule.yaml,
    next_run_time: schedule.nextRuns[0] ?? null,
    next_run_times: schedule.nextRuns,
    last_run_time: lastRun?.startedAt ?? null,
    last_run_status: lastRun?.status ?? null,
    last_run_exec_id: lastRun?.workflowExecId ?? null,
  };
}

function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
