/** How long to wait for something that may be slow, and is not needed. */
export interface Patience {
  /** What the work gives, or `undefined` when it takes too long. Rejects as the work does, while it is waited for. */
  wait<T>(work: Promise<T>): Promise<T | undefined>;
}

export interface PatienceOptions {
  /** For work whose like was in time before. */
  readonly longMs: number;
  /** After work that was not, until some is again; 100 ms by default. */
  readonly shortMs?: number;
}

/**
 * Waits long for the first one of a store that hangs, and only shortly for the others: each of them by itself would hold
 * its caller up for the whole time.
 */
export function createPatience({ longMs, shortMs = 100 }: PatienceOptions): Patience {
  const LATE = Symbol('late');
  let isSlow = false;
  return {
    async wait(work) {
      const began = performance.now();
      work.then(
        () => {
          if (performance.now() - began < shortMs) isSlow = false;
        },
        // A refusal says nothing about how long an answer takes.
        () => undefined,
      );
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<typeof LATE>((resolve) => {
        timer = setTimeout(resolve, isSlow ? shortMs : longMs, LATE);
      });
      try {
        const value = await Promise.race([work, late]);
        if (value !== LATE) return value;
        isSlow = true;
        return undefined;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
