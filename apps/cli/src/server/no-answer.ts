import { CommandExit, EXIT } from '../exit-code.js';
import { oneLine } from '../one-line.js';

/** `refused`: the request went nowhere. `dropped`, `late`: nobody knows what became of it. */
export type NoAnswerReason = 'refused' | 'dropped' | 'late';

/** The end of a command that got no answer, in one line. */
export class NoAnswer extends CommandExit {
  readonly reason: NoAnswerReason;

  constructor(reason: NoAnswerReason, url: string, why: string) {
    super(EXIT.failure, oneLine(`Server.Unreachable: No server answers at ${url} (${why})${HINTS[reason]}`));
    this.name = 'NoAnswer';
    this.reason = reason;
  }
}

const HINTS: Readonly<Record<NoAnswerReason, string>> = {
  refused:
    '. Start one with "compozy dev" or "compozy-worker" in the folder of a project, or name it: --server, or COMPOZY_BASE_URL',
  dropped: '',
  late: '. --timeout gives it more time',
};

/** Codes of a connection that was never there, so that nothing was sent. */
const REFUSED =
  /^(bad port|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;
const TLS = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|HOSTNAME_)/;

/** What `fetch` threw as an end of the command; anything else as it is. */
export function noAnswer(error: unknown, { url, seconds }: { url: string; seconds: number }): unknown {
  if (error instanceof CommandExit || !(error instanceof Error)) return error;
  if (error.name === 'TimeoutError') return new NoAnswer('late', url, `nothing within ${seconds} s`);
  if (error.name === 'AbortError') return error;
  // A TypeError without a cause is a mistake in this code.
  if (error instanceof TypeError && error.cause === undefined && error.message !== 'terminated') return error;
  const { name, code, message } = (error.cause ?? error) as { name?: string; code?: string; message?: string };
  if (name === 'HTTPParserError') return new NoAnswer('refused', url, 'what listens there does not speak HTTP');
  const why = code ?? message ?? 'the connection broke';
  return new NoAnswer(REFUSED.test(why) || TLS.test(why) ? 'refused' : 'dropped', url, why);
}
