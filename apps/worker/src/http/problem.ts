import { randomUUID } from 'node:crypto';
import { CompozyError, type ErrorCode, type JsonObject } from '@compozy/core';

/** Problems of the HTTP API itself; those of the engine keep their own codes. */
const PROBLEMS = {
  'Api.Malformed': { status: 400, title: 'The request is malformed' },
  'Api.Unauthorized': { status: 401, title: 'A valid API key is needed' },
  'Api.Unsigned': { status: 401, title: 'A valid signature is needed' },
  'Api.Forbidden': { status: 403, title: 'The API key does not allow this' },
  'Api.NotFound': { status: 404, title: 'There is nothing here' },
  'Api.MethodNotAllowed': { status: 405, title: 'The method is not allowed here' },
  'Api.TooSlow': { status: 408, title: 'The request did not come in time' },
  'Api.TimedOut': { status: 408, title: 'The execution did not end in time' },
  'Api.Conflict': { status: 409, title: 'The state of the resource does not allow this' },
  'Api.TooLarge': { status: 413, title: 'The body is too large' },
  'Api.UnsupportedType': { status: 415, title: 'The content type is not supported' },
  'Api.Rejected': { status: 422, title: 'The request cannot be carried out as it is' },
  'Api.TooManyRequests': { status: 429, title: 'Too many requests' },
  'Api.Overloaded': { status: 429, title: 'There is more work than the workers can do' },
  'Api.HeadersTooLarge': { status: 431, title: 'The headers are too large' },
  'Api.Internal': { status: 500, title: 'The server failed' },
  'Api.NotConfigured': { status: 501, title: 'This part of the server is not set up' },
  'Api.Unavailable': { status: 503, title: 'The server cannot answer now' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemStatus = (typeof PROBLEMS)[ProblemCode]['status'];

/** What a request may bring about by itself; every other code of the engine is a failure of the server. */
const ENGINE_PROBLEMS: Partial<Record<ErrorCode, { readonly status: ProblemStatus; readonly title: string }>> = {
  'Input.Invalid': { status: 422, title: 'The input does not match its schema' },
  'Config.UnknownWorkflow': { status: 404, title: 'There is no such workflow' },
  'Config.UnknownTask': { status: 422, title: 'The workflow has no such task' },
  'Signal.NoSuchRun': { status: 404, title: 'There is no such open execution' },
  'Condition.Invalid': { status: 400, title: 'A condition cannot be evaluated' },
  'Memory.NotFound': { status: 404, title: 'There is no such memory' },
  'Memory.Invalid': { status: 422, title: 'The operation on the memory cannot be carried out as it is' },
  'Memory.Unavailable': { status: 503, title: 'The memory does not answer' },
  'Store.Unavailable': { status: 503, title: 'The store does not answer' },
  'Blob.Unavailable': { status: 503, title: 'The store of large values does not answer' },
  'Event.NotAccepted': { status: 503, title: 'Temporal does not answer' },
  'Worker.Ended': { status: 503, title: 'The server stops' },
  'Server.Unreachable': { status: 503, title: 'Temporal does not answer' },
};

/** A part of the request and what is wrong with it. */
export interface ProblemPart {
  /** RFC 6901, into the place named by `in`. */
  readonly pointer: string;
  readonly in: 'body' | 'input' | 'query' | 'path' | 'header';
  readonly detail: string;
}

/** RFC 9457, with our `code` and the id of the request. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly ProblemPart[];
  readonly [extension: string]: unknown;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemPart[];
  /** Further members of the document. */
  readonly extensions?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Ends a request with a problem document. `detail` is shown to the caller: never a secret, never an inner error. */
export class ApiProblem extends Error {
  readonly code: ProblemCode | ErrorCode;
  readonly status: ProblemStatus;
  readonly title: string;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode | ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiProblem';
    this.code = code;
    this.options = options;
    const kind = isApiCode(code) ? PROBLEMS[code] : (ENGINE_PROBLEMS[code] ?? PROBLEMS['Api.Internal']);
    this.status = kind.status;
    this.title = kind.title;
  }
}

function isApiCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** gRPC codes that say that Temporal is not there, or too busy. */
const UNAVAILABLE_GRPC = new Set([4, 8, 14]);

/** Any error as a problem; what the caller may not know becomes a plain 500. */
export function toApiProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (isUnknownPath(error)) return new ApiProblem('Api.NotFound', error.message, { cause: error });
  if (CompozyError.isInstance(error) && ENGINE_PROBLEMS[error.code] !== undefined) {
    const server = ENGINE_PROBLEMS[error.code]!.status >= 500;
    const detail = server ? `${ENGINE_PROBLEMS[error.code]!.title}; try again later` : error.message;
    return new ApiProblem(error.code, detail, { cause: error });
  }
  if (UNAVAILABLE_GRPC.has(grpcCode(error) ?? -1)) {
    return new ApiProblem('Api.Unavailable', 'Temporal does not answer; try again later', { cause: error });
  }
  return new ApiProblem('Api.Internal', 'The server failed; its log has the reason under the request id', {
    cause: error,
  });
}

/** A task that was to run alone is part of the path; one to begin with is part of the body. */
function isUnknownPath(error: unknown): error is CompozyError {
  return (
    CompozyError.isInstance(error) && error.code === 'Config.UnknownTask' && error.details['task_id'] !== undefined
  );
}

/** The gRPC status code of an error of the Temporal client, which wraps what the connection threw. */
export function grpcCode(error: unknown): number | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}

export function toProblemDocument(problem: ApiProblem, instance: string, requestId: string): ProblemDocument {
  const { errors, extensions } = problem.options;
  return {
    ...extensions,
    type: `urn:compozy:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance,
    code: problem.code,
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** The answer where there is no route, and so no id of the request either. */
export function toProblemResponse(problem: ApiProblem, instance: string): Response {
  const body = JSON.stringify(toProblemDocument(problem, instance, randomUUID()));
  return new Response(body, {
    status: problem.status,
    headers: { ...problem.options.headers, 'content-type': 'application/problem+json' },
  });
}
