/** Lets so many pass at a time; the others wait in the order in which they came. */
export interface CallSlots {
  acquire(): Promise<void>;
  release(): void;
}

export function createCallSlots(count: number): CallSlots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    acquire() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free -= 1;
      return Promise.resolve();
    },
    release() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
