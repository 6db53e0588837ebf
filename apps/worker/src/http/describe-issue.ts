import { appendPointer } from '@compozy/core';
import { suggest } from '@compozy/core/schema';
import type { ProblemPart } from './problem.js';

/** Of an issue of zod, what is read here. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  /** Of `unrecognized_keys`. */
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly values?: readonly unknown[];
}

/** What is wrong with a part of a request, in the words that schemas of workflows have for it. */
export function describeIssue(issue: Issue, place: ProblemPart['in'], known: readonly string[]): ProblemPart[] {
  // zod reports unknown keys at their parent.
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({
      pointer: toPointer([...issue.path, key]),
      in: place,
      detail: unknownKey(key, issue.path.length === 0 ? known : []),
    }));
  }
  return [{ pointer: toPointer(issue.path), in: place, detail: describe(issue) }];
}

function describe({ code, expected, origin, minimum, maximum, values, message }: Issue): string {
  switch (code) {
    case 'invalid_type':
      return wrongType(NAMES[expected ?? ''] ?? expected ?? 'something else', message);
    case 'too_small':
      return `must ${amount(origin, 'at least', minimum)}`;
    case 'too_big':
      return `must ${amount(origin, 'at most', maximum)}`;
    case 'invalid_value':
      return `must be ${values?.length === 1 ? '' : 'one of '}${(values ?? []).map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return message;
  }
}

/** What JSON Schema calls what zod expects. */
const NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function wrongType(expected: string, message: string): string {
  // zod keeps what it was given for its message.
  const received = /received (\w+)$/.exec(message)?.[1];
  if (received === 'undefined') return `is missing; it must be ${expected}`;
  return `must be ${expected}${received === undefined || received === 'NaN' ? '' : `, but is ${received}`}`;
}

function amount(origin: string | undefined, bound: string, number: number | bigint = 0): string {
  const noun = { string: 'character', array: 'element' }[origin ?? ''];
  return noun === undefined
    ? `be ${bound} ${number}`
    : `have ${bound} ${number} ${noun}${Number(number) === 1 ? '' : 's'}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = suggest(key, known);
  if (meant !== undefined) return `is not known here; did you mean "${meant}"?`;
  return known.length === 0
    ? 'is not known here'
    : `is not known here; there are ${known.map((name) => `"${name}"`).join(', ')}`;
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.reduce<string>((pointer, part) => appendPointer(pointer, String(part)), '');
}
