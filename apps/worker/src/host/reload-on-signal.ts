import { DiagnosticsError } from '@compozy/core/loader';
import type { CompozyWorker } from '../compozy-worker.js';
import { checkProjectFiles } from '../settings/check-project-files.js';
import type { Environment } from '../settings/read-text-settings.js';
import { describeError, type HostLog } from './host-log.js';

export interface ReloadOptions {
  readonly dir: string;
  readonly environment: Environment;
  readonly worker: Pick<CompozyWorker, 'reload'>;
  readonly log: Pick<HostLog, 'print'>;
}

/**
 * On SIGHUP the files of the project are read again, for runs that start from then on; settings stay as they are. A
 * project with mistakes is not taken.
 */
export function reloadOnSignal({ dir, environment, worker, log: { print } }: ReloadOptions) {
  const component = 'project';
  // One after the other: of two signals, the files of the later one count.
  let turn: Promise<void> = Promise.resolve();

  async function reload(): Promise<void> {
    try {
      const { project, diagnostics } = await checkProjectFiles(dir, { environment, hostTools: [] });
      if (project === undefined) throw new DiagnosticsError(diagnostics);
      await worker.reload(project);
      print({ level: 'info', message: 'project reloaded', component, workflows: [...project.workflows.keys()] });
    } catch (error) {
      print({ level: 'error', message: `The project stays as it was: ${describeError(error)}`, component });
    }
  }

  const onSignal = () => {
    turn = turn.then(reload);
  };
  process.on('SIGHUP', onSignal);
  return {
    async stop(): Promise<void> {
      process.off('SIGHUP', onSignal);
      await turn;
    },
  };
}
