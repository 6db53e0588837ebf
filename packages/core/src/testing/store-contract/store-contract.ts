import type { Store } from '../../ports/store/store.js';

export interface StoreContract {
  /** Name of the implementation, for the report. */
  readonly name: string;
  /**
   * Two connections, as two processes would have them, to one empty store; and what to do after one test. A store that
   * has only one connection gives it twice.
   */
  readonly create: () => Promise<{ readonly store: Store; readonly other: Store } & AsyncDisposable>;
}
