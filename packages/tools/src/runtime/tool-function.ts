import type { Json, JsonObject } from '@compozy/core';

/** Writes a line to the log of the call. */
export interface ToolLogger {
  debug(message: string, fields?: JsonObject): void;
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/** Third argument of a tool function. */
export interface ToolContext {
  /** Aborted when the call is cancelled or runs out of time; soon after that the process is killed. */
  readonly signal: AbortSignal;
  readonly logger: ToolLogger;
  /** The same for every attempt of one logical call: hand it to services that can tell a repeated request by a key. */
  readonly idempotencyKey: string;
  /** The variables that the tool's `env` declares. In a process of its own they are in `process.env` as well. */
  readonly env: Readonly<Record<string, string>>;
}

/** A tool: takes the input, the tool's `config` and a context; returns what can be JSON, or a promise of it. */
export type ToolFunction<Input = Json, Config = JsonObject> = (
  input: Input,
  config: Config,
  context: ToolContext,
) => unknown;

/** A tool function whatever it takes: its arguments are checked against the tool's schema, not by the compiler. */
export type AnyToolFunction = (input: never, config: never, context: ToolContext) => unknown;

/** The functions of a module: members of its default export, then named exports, own properties only. */
export function collectToolFunctions(module: Readonly<Record<string, unknown>>): Map<string, ToolFunction> {
  const found = new Map<string, ToolFunction>();
  const map = module['default'];
  const sources = [typeof map === 'object' && map !== null ? map : {}, module];
  for (const source of sources) {
    for (const [id, value] of Object.entries(source)) {
      if (typeof value === 'function' && !found.has(id) && !(source === module && id === 'default')) {
        found.set(id, value as ToolFunction);
      }
    }
  }
  return found;
}

/** A logger that turns each entry into one line: level, message, fields as JSON. */
export function createToolLogger(write: (stream: 'stdout' | 'stderr', text: string) => void): ToolLogger {
  const entry = (level: string, stream: 'stdout' | 'stderr') => (message: string, fields?: JsonObject) => {
    write(stream, `[${level}] ${message}${fields === undefined ? '' : ` ${stringifyFields(fields)}`}`);
  };
  return {
    debug: entry('debug', 'stdout'),
    info: entry('info', 'stdout'),
    warn: entry('warn', 'stderr'),
    error: entry('error', 'stderr'),
  };
}

function stringifyFields(fields: JsonObject): string {
  try {
    return JSON.stringify(fields);
  } catch {
    return '(fields are not JSON)';
  }
}
