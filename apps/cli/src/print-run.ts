import { isJsonObject, type JsonObject, type RunView } from '@compozy/core';
import { CommandExit, EXIT } from './exit-code.js';
import { oneLine } from './one-line.js';
import { writeJson } from './write-json.js';

/** The rest of a stack is in `--json`. */
const SHOWN_FRAMES = 3;

/** Prints how a run ended: all of it as JSON, or its output. @throws `CommandExit` unless it ended SUCCESS */
export function printRun(view: RunView, json: boolean): void {
  if (json) writeJson(view);
  else if (view.status === 'SUCCESS') process.stdout.write(`${JSON.stringify(view.output, null, 2)}\n`);
  else process.stderr.write(`${describeEnd(view)}\n`);
  if (view.status !== 'SUCCESS') throw new CommandExit(EXIT.failure);
}

/** The status, and why. */
export function describeEnd({ status, error }: Pick<RunView, 'status' | 'error'>): string {
  return error === null ? status : `${status}: ${describeError(error)}`;
}

/** Code, message, where the task stands in its file, and where its tool was when it threw. */
function describeError({ code, message, details }: JsonObject): string {
  const { position, stack } = isJsonObject(details) ? details : {};
  const place = typeof position === 'string' ? ` (${position})` : '';
  const frames = Array.isArray(stack)
    ? stack.slice(0, SHOWN_FRAMES).map((frame) => `\n  ${oneLine(String(frame))}`)
    : [];
  return `${String(code)} ${String(message)}${place}${frames.join('')}`;
}
