import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPatience } from './create-patience.js';

describe('createPatience', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const never = new Promise<never>(() => undefined);
  const after = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, 'done'));

  /** What came of the work, and whether that was known by then. */
  async function waited(work: Promise<string | undefined>, ms: number) {
    let result: { readonly value: string | undefined } | 'waits' = 'waits';
    void work.then((value) => (result = { value }));
    await vi.advanceTimersByTimeAsync(ms);
    return result;
  }

  it('waits long for one, and shortly for those behind it, until one is in time again', async () => {
    const patience = createPatience({ longMs: 5_000, shortMs: 100 });
    expect(await waited(patience.wait(never), 4_999)).toBe('waits');
    await vi.advanceTimersByTimeAsync(1);
    expect(await waited(patience.wait(never), 100)).toEqual({ value: undefined });
    expect(await waited(patience.wait(after(3_000)), 100)).toEqual({ value: undefined });
    // It came in the end, and no sooner than before.
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await waited(patience.wait(never), 100)).toEqual({ value: undefined });
    expect(await waited(patience.wait(after(50)), 50)).toEqual({ value: 'done' });
    expect(await waited(patience.wait(after(3_000)), 3_000)).toEqual({ value: 'done' });
  });

  it('hands on a failure', async () => {
    const patience = createPatience({ longMs: 5_000 });
    await expect(patience.wait(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
