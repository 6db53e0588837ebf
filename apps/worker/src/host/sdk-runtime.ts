import { DefaultLogger, Runtime, type LogEntry, type LogLevel as SdkLevel } from '@temporalio/worker';
import type { HostLog, LogLevel, LogLine } from './host-log.js';

const SDK_LEVELS: Readonly<Record<LogLevel, SdkLevel>> = { debug: 'INFO', info: 'WARN', warn: 'WARN', error: 'ERROR' };

/** Of what the SDK knows beside a message, that which tells whose it is. */
const SHOWN = ['workflowType', 'workflowId', 'runId', 'activityType', 'activityId', 'attempt'] as const;

/** Statuses of gRPC are printed with everything that is in them. */
const MAX_ERROR_LENGTH = 500;

/** Installs the SDK's runtime, once for the process: its lines go to `log`, those of its native part too. */
export function installSdkRuntime(log: HostLog, level: LogLevel): void {
  const least = SDK_LEVELS[level];
  Runtime.install({
    // `stop` of the worker is the ordered end; the SDK's own handlers would end it before.
    shutdownSignals: [],
    logger: new DefaultLogger(least, (entry) => log.print(toLogLine(entry))),
    // Without `forward` the native part prints to the console, coloured, beside the lines of the host.
    telemetryOptions: { logging: { filter: { core: least, other: least }, forward: {} } },
  });
}

/** What the SDK logs, as a line of the host. */
export function toLogLine({ level, message, meta = {} }: Pick<LogEntry, 'level' | 'message' | 'meta'>): LogLine {
  const shown = SHOWN.flatMap((name) => (meta[name] === undefined ? [] : [[name, meta[name]] as const]));
  const error = describeFailure(meta['error']);
  return {
    level: level.toLowerCase(),
    message,
    component: 'temporal',
    ...Object.fromEntries(shown),
    ...(error === undefined ? {} : { error }),
  };
}

/** The code of the engine, where the failure has one, and what it says; never its stack, which is in the history. */
function describeFailure(error: unknown): string | undefined {
  if (error === undefined || error === null) return undefined;
  if (!(error instanceof Error)) return String(error).slice(0, MAX_ERROR_LENGTH);
  const { type } = error as { type?: unknown };
  return `${typeof type === 'string' ? type : error.name}: ${error.message}`.slice(0, MAX_ERROR_LENGTH);
}
