import { CompozyError, type DeadLetterRepository } from '@compozy/core';
import { replayDeadLetter } from '@compozy/dispatcher';
import type { CompozyWorker } from '../../compozy-worker.js';
import type { ApiEvents } from '../api-dependencies.js';

/** Events of the API go to the dispatcher of the worker beside it. */
export function createWorkerEventPort(options: {
  readonly worker: Pick<CompozyWorker, 'sendEvent'>;
  readonly project: string;
  readonly deadLetters: DeadLetterRepository;
}): ApiEvents {
  const { worker, project, deadLetters } = options;
  return {
    send: async (event) => void (await worker.sendEvent(event)),

    async replay(id) {
      try {
        const sender = { send: (events: readonly Parameters<typeof worker.sendEvent>[0][]) => sendAll(events) };
        return await replayDeadLetter(id, { project, deadLetters, sender });
      } catch (error) {
        if (CompozyError.isInstance(error) && error.code === 'Event.Unknown') return undefined;
        throw error;
      }
    },
  };

  function sendAll(events: readonly Parameters<typeof worker.sendEvent>[0][]) {
    return Promise.all(events.map((event) => worker.sendEvent(event)));
  }
}
