import { defaultPayloadConverter } from '@temporalio/common';
import { log, type ActivateInput, type WorkflowInterceptors } from '@temporalio/workflow';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

const RESERVED = '__temporal_';
/** The one reserved name that the SDK lets workflow code have a handler for. */
export const STREAM_SIGNAL = '__temporal_workflow_stream_publish';

/**
 * Temporal takes every signal that anybody sends, and the SDK throws at some before a handler hears of them. It does so
 * at each attempt, so the run could never go on. They are dropped here, in replays too: a run that is stuck goes on.
 */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const { activation } = input;
        const jobs = activation.jobs ?? [];
        const taken = jobs.filter(isReadable);
        next(taken.length === jobs.length ? input : { ...input, activation: { ...activation, jobs: taken } });
      },
    },
  ],
});

function isReadable({ signalWorkflow: signal }: Job): boolean {
  if (signal === undefined || signal === null) return true;
  const name = signal.signalName ?? '';
  if (name.startsWith(RESERVED) && name !== STREAM_SIGNAL) {
    log.warn('A signal was dropped, because its name is reserved for Temporal', { signal: name });
    return false;
  }
  try {
    for (const payload of signal.input ?? []) defaultPayloadConverter.fromPayload(payload);
    return true;
  } catch {
    // Not why: the words of a parser have a part of the payload in them.
    log.warn('A signal was dropped, because its payload cannot be read; has its sender a codec?', { signal: name });
    return false;
  }
}
