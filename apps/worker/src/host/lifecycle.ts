import { CompozyError } from '@compozy/core';

export interface Lifecycle {
  /** Begins once, whoever asks; after a failure it may be asked for again. @throws `Worker.Ended`; what `begin` throws. */
  setup(): Promise<void>;
  /** Ends once, whoever asks, when a beginning that goes on is over. */
  stop(): Promise<void>;
  /** @throws `Worker.Ended` when it has. */
  checkOpen(): void;
}

/** The order in which something is set up and stopped, whatever the order in which that is asked for. */
export function createLifecycle(steps: { begin(): Promise<void>; end(): Promise<void> }): Lifecycle {
  let beginning: Promise<void> | undefined;
  let ending: Promise<void> | undefined;
  let hasEnded = false;

  async function begin(): Promise<void> {
    try {
      await steps.begin();
    } catch (error) {
      beginning = undefined;
      throw error;
    }
  }

  async function end(): Promise<void> {
    await beginning?.catch(() => undefined);
    try {
      await steps.end();
    } finally {
      hasEnded = true;
    }
  }

  return {
    async setup() {
      if (ending !== undefined) throw ended();
      beginning ??= begin();
      await beginning;
    },
    stop: () => (ending ??= end()),
    checkOpen() {
      if (hasEnded) throw ended();
    },
  };
}

function ended(): CompozyError {
  return new CompozyError('Worker.Ended', 'The worker was stopped; create another one');
}
