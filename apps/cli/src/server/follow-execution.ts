import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { RunView, TaskView } from '@compozy/core';
import type { RunDisplay } from '../run-display.js';
import { NoAnswer } from './no-answer.js';
import { executionPath } from './api-paths.js';
import { isPassing, type ServerClient } from './server-client.js';

const SHOW_MS = 250;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 2_000;
/** The server says something every 15 s; a connection that is silent for this long is dead. */
const SILENCE_MS = 45_000;

export interface FollowExecutionOptions {
  readonly show: RunDisplay;
  /** Ends the following, not the execution. */
  readonly signal?: AbortSignal;
  readonly silenceMs?: number;
}

/**
 * Shows an execution until it ends, and gives it then; or as it is when `signal` comes first. When the connection
 * breaks, or the server stops, it goes on where it was, with whatever answers at the address then. Nobody there for as
 * long as the client waits for an answer ends it.
 */
export async function followExecution(
  client: ServerClient,
  execId: string,
  { show, signal = new AbortController().signal, silenceMs = SILENCE_MS }: FollowExecutionOptions,
): Promise<RunView> {
  const told = createToldView();
  const showing = setInterval(() => told.show(show.update), SHOW_MS);
  let hadContact = false;
  let lastContact = performance.now();
  const heard = () => {
    hadContact = true;
    lastContact = performance.now();
  };
  try {
    for (let delayMs = FIRST_DELAY_MS; !told.isComplete() && !signal.aborted;) {
      let hasNews = false;
      try {
        const options = { lastEventId: told.lastEventId, silenceMs, signal, heard };
        for await (const event of readStream(client, execId, options)) {
          hasNews = true;
          told.take(event);
          if (told.isComplete()) break;
        }
      } catch (error) {
        if (signal.aborted) break;
        const isPast = hadContact && error instanceof NoAnswer;
        if (!isPast && !isPassing(error, { isRepeatable: true, hadContact })) throw error;
        if (performance.now() - lastContact > client.timeoutMs) throw error;
      }
      if (told.isComplete() || signal.aborted) break;
      // A server that stops may still answer, and say nothing.
      delayMs = hasNews ? FIRST_DELAY_MS : Math.min(2 * delayMs, MAX_DELAY_MS);
      if (hasNews) show.note(`${execId}: the connection ended; connecting again`);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
    // In the order in which it happened, which the tasks of the whole do not have.
    told.show(show.update);
    const view = await client.get<RunView>(executionPath(execId));
    show.update(view);
    return view;
  } finally {
    clearInterval(showing);
    show.done();
  }
}

interface StreamOptions {
  readonly lastEventId: string | undefined;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** Called whenever the server says something. */
  readonly heard: () => void;
}

/** One connection's worth of events. */
async function* readStream(
  client: ServerClient,
  execId: string,
  { lastEventId, silenceMs, signal, heard }: StreamOptions,
): AsyncGenerator<EventSourceMessage> {
  const silent = new AbortController();
  const over = AbortSignal.any([signal, silent.signal]);
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  let silence: NodeJS.Timeout | undefined;
  try {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await client.openStream(`${executionPath(execId)}/stream`, headers, over);
    silence = setTimeout(() => silent.abort(), silenceMs);
    heard();
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      heard();
      silence.refresh();
      parser.feed(chunk);
      yield* events.splice(0);
    }
  } catch (error) {
    if (silence === undefined) throw error;
    const reason = silent.signal.aborted ? `silent for ${Math.round(silenceMs / 1000)} s` : 'the connection broke';
    throw new NoAnswer('dropped', client.url, reason);
  } finally {
    clearTimeout(silence);
    silent.abort();
  }
}

/** What the events have said so far, as one view of the run. */
function createToldView() {
  const tasks: Record<string, TaskView> = {};
  let run: Omit<RunView, 'tasks'> | undefined;
  let lastEventId: string | undefined;
  let isComplete = false;
  return {
    get lastEventId() {
      return lastEventId;
    },
    isComplete: () => isComplete,
    take({ event, id, data }: EventSourceMessage) {
      lastEventId = id ?? lastEventId;
      if (event === 'task_status') {
        const { path, ...task } = JSON.parse(data) as TaskView & { readonly path: string };
        tasks[path] = task;
      } else if (event === 'workflow_status' || event === 'complete') {
        run = JSON.parse(data) as Omit<RunView, 'tasks'>;
        isComplete = event === 'complete';
      }
    },
    show(update: (view: RunView) => void) {
      if (run !== undefined) update({ ...run, tasks });
    },
  };
}
