import { describe, expect, it } from 'vitest';
import { CONFORMANCE_CASES, failureOf, type ConformanceCase } from './testing/conformance-cases.js';
import { CONFORMANCE_EXCEPTIONS } from './testing/conformance-exceptions.js';

const isException = (test: ConformanceCase): boolean => CONFORMANCE_EXCEPTIONS.some(({ covers }) => covers(test));
const describeCase = (test: ConformanceCase, failure: string): string => `${test.id}: ${test.expr} — ${failure}`;

describe('the conformance tests of the CEL specification', () => {
  it('pass, but for the listed exceptions', () => {
    const failures = CONFORMANCE_CASES.filter((test) => !isException(test)).flatMap((test) => {
      const failure = failureOf(test);
      return failure === undefined ? [] : [describeCase(test, failure)];
    });
    expect(failures).toEqual([]);
  });

  it.each(CONFORMANCE_EXCEPTIONS)('still fail where: $reason', ({ covers }) => {
    // A case that expects an error gets one for the wrong reason.
    const cases = CONFORMANCE_CASES.filter(
      (test) => covers(test) && (test.value !== undefined || failureOf(test) !== undefined),
    );
    expect(cases).not.toEqual([]);
    expect(cases.filter((test) => failureOf(test) === undefined).map(({ id, expr }) => `${id}: ${expr}`)).toEqual([]);
  });

  it('are all there', () => {
    const run = CONFORMANCE_CASES.filter((test) => !isException(test));
    expect([CONFORMANCE_CASES.length, run.length]).toEqual([2344, 1144]);
  });
});
