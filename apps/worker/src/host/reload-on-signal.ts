import { loadProject } from '@compozy/core/loader';
import type { CompozyWorker } from '../compozy-worker.js';
import { describeError, type HostLog } from './host-log.js';

/**
 * On SIGHUP the files of the project are read again, for runs that start from then on; settings stay as they are. A
 * project with mistakes is not taken.
 */
export function reloadOnSignal(dir: string, worker: Pick<CompozyWorker, 'reload'>, { print }: HostLog) {
  const component = 'project';
  // One after the other: of two signals, the files of the later one count.
  let turn: Promise<void> = Promise.resolve();

  async function reload(): Promise<void> {
    try {
      const project = await loadProject(dir);
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
