import type { FailureRecord } from '../../errors/failure.js';
import type { Json } from '../../model/json.js';
import type { ItemSource } from '../../protocol/activities.js';
import type { BlobRef } from '../../ports/blob-store.js';

/** Above this many children, settled ones leave the state: outputs go to the blob store, failures are counted. */
export const LARGE_COLLECTION = 1_000;
/** Failures of a large collection that stay in the state. */
export const KEPT_FAILURES = 20;
/** Outputs of a large collection that wait in the state for the next piece in the blob store. */
export const BUFFERED_OUTPUTS = 500;
export const BUFFERED_BYTES = 32 * 1024;

/** How a large collection runs its children in activities. */
export interface BatchSettings {
  /** Children of one batch. */
  readonly size: number;
  /** Batches that run at the same time, and children of each that do. */
  readonly parallel: number;
  readonly concurrency: number;
  /** What they have in common, once it is stored. */
  readonly work?: BlobRef;
}

/** What a collection keeps between events. */
export interface CollectionData {
  readonly phase: 'expanding' | 'running' | 'storing' | 'assembling';
  readonly batchSize: number;
  readonly workers: number;
  readonly source?: ItemSource;
  /** Before the filter. */
  readonly itemCount: number;
  /** Children in all. */
  readonly total: number;
  /** Index of the next child to start. */
  readonly next: number;
  /** Keys of open children, or names of open batches; oldest first. */
  readonly active: readonly string[];
  readonly success: number;
  readonly failed: number;
  readonly canceled: number;
  readonly timedOut: number;
  readonly failures: readonly { readonly index: number; readonly id: string; readonly failure: FailureRecord }[];
  /** Ids of the children by index; large collections compute them one by one. */
  readonly ids?: readonly string[];
  readonly batches?: BatchSettings;
  readonly buffer: readonly (readonly [number, string, Json])[];
  readonly bufferBytes: number;
  readonly chunks: readonly (BlobRef | null)[];
}
