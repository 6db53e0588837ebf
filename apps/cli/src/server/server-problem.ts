import { isJsonObject, type Json, type JsonObject } from '@compozy/core';
import { CommandExit, EXIT } from '../exit-code.js';
import { oneLine } from '../one-line.js';

/** An RFC 9457 document, with what is read of it. */
export interface ProblemDocument extends JsonObject {
  readonly code: string;
  readonly detail: string;
}

/** The caller can put these right without looking at the server. */
const USAGE_CODES = /^(Config\.|Input\.Invalid$|Api\.(Malformed|Rejected|TooLarge)$)/;

/** The end of a command that the server refused: one line, then one for each part of the request that is wrong. */
export class ServerProblem extends CommandExit {
  readonly status: number;
  readonly document: ProblemDocument;
  /** When to try again, if the server named a time. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, document: ProblemDocument, retryAfterMs?: number) {
    super(USAGE_CODES.test(document.code) ? EXIT.usage : EXIT.failure, describeProblem(document));
    this.name = 'ServerProblem';
    this.status = status;
    this.document = document;
    this.retryAfterMs = retryAfterMs;
  }
}

export function isProblemDocument(value: Json): value is ProblemDocument {
  return isJsonObject(value) && typeof value['code'] === 'string' && typeof value['detail'] === 'string';
}

function describeProblem({ code, detail, errors, request_id: requestId }: ProblemDocument): string {
  // The log of the server has more under this id, and of other problems there is no more to know.
  const where = code === 'Api.Internal' && typeof requestId === 'string' ? ` (request id ${requestId})` : '';
  const hint = code === 'Api.Unauthorized' ? '. The command takes it from COMPOZY_API_KEY, or from --api-key' : '';
  const parts = Array.isArray(errors) ? errors.filter(isJsonObject) : [];
  const lines = parts.map((part) => {
    const pointer = typeof part['pointer'] === 'string' ? part['pointer'] : '';
    return `  ${String(part['in'])}${pointer === '' ? '' : ` ${pointer}`}: ${String(part['detail'])}`;
  });
  return [`${code}: ${detail}${where}${hint}`, ...lines].map(oneLine).join('\n');
}
