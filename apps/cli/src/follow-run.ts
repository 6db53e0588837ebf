import type { RunView } from '@compozy/core';
import type { RunHandle } from '@compozy/worker';
import { createRunDisplay, type RunDisplayOptions } from './run-display.js';

const INTERVAL_MS = 250;

/** Shows a run while it goes on, and gives its end. */
export async function followRun(run: RunHandle, options: RunDisplayOptions): Promise<RunView> {
  const show = createRunDisplay(options);
  const over = new AbortController();
  void (async () => {
    while (!over.signal.aborted) {
      const view = await run.view().catch(() => null);
      if (view !== null && !over.signal.aborted) show.update(view);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  try {
    // What was asked just before the end may be answered much later, or never: nobody waits for it.
    const view = await run.result();
    over.abort();
    show.update(view);
    return view;
  } finally {
    over.abort();
    show.done();
  }
}
