import { isTerminal, type RunView } from '@compozy/core';
import type { RunHandle } from '@compozy/worker';
import { createLogUpdate } from 'log-update';
import { describeTask, renderTaskTree } from './task-tree.js';

const INTERVAL_MS = 250;

export interface FollowOptions {
  /** A tree that is redrawn; otherwise plain lines, one for each thing that happened. */
  readonly live: boolean;
  readonly stream: NodeJS.WriteStream;
}

/** Shows a run while it goes on, and gives its end. */
export async function followRun(run: RunHandle, { live, stream }: FollowOptions): Promise<RunView> {
  const show = live ? liveTree(stream) : plainLines(stream);
  const over = new AbortController();
  const polling = (async () => {
    while (!over.signal.aborted) {
      const view = await run.view().catch(() => null);
      if (view !== null && !over.signal.aborted) show.update(view);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  try {
    const view = await run.result();
    over.abort();
    await polling;
    show.update(view);
    return view;
  } finally {
    over.abort();
    show.done();
  }
}

interface Display {
  update(view: RunView): void;
  done(): void;
}

function liveTree(stream: NodeJS.WriteStream): Display {
  const draw = createLogUpdate(stream);
  return { update: (view) => draw(renderTaskTree(view)), done: () => draw.done() };
}

function plainLines(stream: NodeJS.WriteStream): Display {
  const seen = new Map<string, string>();
  return {
    update(view) {
      for (const [path, task] of Object.entries(view.tasks)) {
        // Children of a container are many: their container's progress tells of them, unless one of them fails.
        if (task.parent !== undefined && !(isTerminal(task.status) && task.status !== 'SUCCESS')) continue;
        const progress =
          task.progress === undefined
            ? ''
            : `${Math.floor((10 * task.progress.settled) / Math.max(1, task.progress.total))}`;
        const state = `${task.status} ${progress}`;
        if (seen.get(path) === state) continue;
        seen.set(path, state);
        const counted = task.progress === undefined ? '' : ` (${task.progress.settled}/${task.progress.total})`;
        stream.write(`${describeTask(path, task)}${counted}\n`);
      }
    },
    done: () => undefined,
  };
}
