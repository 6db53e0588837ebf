import type { Store } from '@compozy/core';

/** The part of a store that events need. */
export type DispatcherStore = Pick<Store, 'events' | 'deadLetters' | 'heartbeats' | 'leases'>;
