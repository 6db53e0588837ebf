import { isJsonObject, type JsonObject, type RunView } from '@compozy/core';
import { CommandExit, EXIT } from './exit-code.js';
import { writeJson } from './write-json.js';

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

/** Code, message, and where the task stands in its file. */
function describeError({ code, message, details }: JsonObject): string {
  const position = isJsonObject(details) && typeof details['position'] === 'string' ? ` (${details['position']})` : '';
  return `${String(code)} ${String(message)}${position}`;
}
