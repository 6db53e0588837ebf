/** What the process tells its caller. */
export const EXIT = {
  success: 0,
  /** The run ended FAILED, CANCELED or TIMED_OUT, or something went wrong underneath. */
  failure: 1,
  /** Bad usage, or an invalid project. */
  usage: 2,
} as const;

/** Ends the command with `code`; the message, if any, goes to stderr as it is. */
export class CommandExit extends Error {
  readonly code: number;

  constructor(code: number, message = '') {
    super(message);
    this.name = 'CommandExit';
    this.code = code;
  }
}
