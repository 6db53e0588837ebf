/** Holds activities back until somebody says whose turn it is, so that they end in a chosen order. */
export interface ActivityGate {
  /** Resolves when `release` was called for this name and task. */
  pass(name: string, taskKey: string | undefined): Promise<void>;
  release(name: string, taskKey: string | undefined): void;
}

export function createActivityGate(): ActivityGate {
  const waiting = new Map<string, (() => void)[]>();
  const released = new Map<string, number>();
  const id = (name: string, taskKey: string | undefined) => `${name} ${taskKey ?? ''}`;

  return {
    pass(name, taskKey) {
      const key = id(name, taskKey);
      const permits = released.get(key) ?? 0;
      if (permits > 0) {
        released.set(key, permits - 1);
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      return promise;
    },
    release(name, taskKey) {
      const key = id(name, taskKey);
      const next = waiting.get(key)?.shift();
      if (next === undefined) released.set(key, (released.get(key) ?? 0) + 1);
      else next();
    },
  };
}
