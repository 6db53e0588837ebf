import type { Command } from 'commander';
import { chooseWorkflow } from '../choose-workflow.js';
import { readEnvironment } from '../env.js';
import { followRun } from '../follow-run.js';
import { loadWithSettings, NO_HOST_TOOLS } from '../load-checked-project.js';
import { printRun } from '../print-run.js';
import { readInput } from '../read-input.js';

interface RunOptions {
  readonly project: string;
  readonly input?: string;
  readonly json?: boolean;
  readonly lenient?: boolean;
  readonly address?: string;
  readonly local?: boolean;
  readonly task?: string;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description(
      'run one workflow, or one task alone, to its end: starts a Temporal server unless one is configured, and a worker',
    )
    .argument('[workflow-id]', 'the workflow, or task:<id>; may be left out when the project has one workflow only')
    .option('-p, --project <dir>', 'folder of compozy.yaml', '.')
    .option('-i, --input <json>', 'input of the workflow, or values for the task: JSON, @file, or - for standard input')
    .option('-t, --task <id>', 'start at this task')
    .option('--json', 'print exactly one JSON object on stdout, everything else on stderr')
    .option('--lenient', 'unknown keys are warnings')
    .option('--address <host:port>', 'this Temporal server, whatever the settings say')
    .option('--local', 'start a Temporal server, also where the settings name one')
    .action(runWorkflow);
}

async function runWorkflow(given: string | undefined, options: RunOptions): Promise<void> {
  const { project, settings } = await loadWithSettings({ ...options, hostTools: NO_HOST_TOOLS });
  const workflowId = chooseWorkflow(project, given, { withTasks: true });
  const input = await readInput(options.input);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  // The SDK of Temporal takes longer to load than most commands take.
  const { openSession } = await import('../session.js');
  const session = await openSession(project, {
    settings,
    env: readEnvironment(),
    log,
    // One run was asked for, and the worker is gone after it.
    serves: false,
    ...(options.local === true ? { local: true } : {}),
    ...(options.address === undefined ? {} : { address: options.address }),
  });
  try {
    const { serverMs, workerMs } = session.startup;
    log(`ready in ${serverMs + workerMs} ms (server ${serverMs} ms, worker ${workerMs} ms)`);
    // From before the run is there: on a server that others use too, it would go on without anybody.
    const interrupted = new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    const run = await session.worker.triggerWorkflow(workflowId, input, {
      trigger: { type: 'cli' },
      ...(options.task === undefined ? {} : { initialTaskId: options.task }),
    });
    const cancel = () => session.worker.cancelWorkflow(run.workflowId, run.workflowExecId);
    void interrupted.then(cancel).catch(() => process.exit(130));
    const view = await followRun(run, { live: process.stderr.isTTY && options.json !== true, stream: process.stderr });
    printRun(view, options.json === true);
  } finally {
    await session.close();
  }
}
