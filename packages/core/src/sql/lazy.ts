/** What is made on first use and shared from then on. A failure is not kept: the next use tries again. */
export interface Lazy<T> {
  get(): Promise<T>;
  /** What was made or is being made; undefined when there is nothing. */
  current(): Promise<T | undefined>;
}

export function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      return made;
    },
    current: async () => made?.catch(() => undefined),
  };
}
