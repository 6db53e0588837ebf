import { isTerminal, type RunView } from '@compozy/core';
import { createLogUpdate } from 'log-update';
import { colorsFor } from './colors.js';
import { describeTask, renderTaskTree } from './task-tree.js';

export interface RunDisplayOptions {
  /** A tree that is redrawn; otherwise plain lines, one for each thing that happened. */
  readonly live: boolean;
  readonly stream: NodeJS.WriteStream;
}

/** Shows a run while it goes on. */
export interface RunDisplay {
  update(view: RunView): void;
  /** Something else that the reader should know. */
  note(line: string): void;
  done(): void;
}

export function createRunDisplay({ live, stream }: RunDisplayOptions): RunDisplay {
  return live ? liveTree(stream) : plainLines(stream);
}

function liveTree(stream: NodeJS.WriteStream): RunDisplay {
  const draw = createLogUpdate(stream);
  const colors = colorsFor(stream);
  return {
    update: (view) => draw(renderTaskTree(view, colors)),
    note: (line) => draw.persist(line),
    done: () => draw.done(),
  };
}

function plainLines(stream: NodeJS.WriteStream): RunDisplay {
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
    note: (line) => void stream.write(`${line}\n`),
    done: () => undefined,
  };
}
