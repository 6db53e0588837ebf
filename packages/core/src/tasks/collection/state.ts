import type { FailureRecord } from '../../errors/failure.js';
import type { Json } from '../../model/json.js';
import type { ItemManifest } from '../../protocol/activities.js';
import type { BlobRef } from '../../ports/blob-store.js';
import type { ItemRange } from './items.js';

export type ItemSource =
  | { readonly kind: 'inline'; readonly items: readonly Json[] }
  | ({ readonly kind: 'range' } & ItemRange)
  | ({ readonly kind: 'manifest' } & ItemManifest);

/** Above this many children, settled ones leave the state: outputs go to the blob store, failures are counted. */
export const LARGE_COLLECTION = 1_000;
/** Failures of a large collection that stay in the state. */
export const KEPT_FAILURES = 20;
/** Outputs of a large collection that wait in the state for the next piece in the blob store. */
export const BUFFERED_OUTPUTS = 500;
export const BUFFERED_BYTES = 32 * 1024;

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
  /** Keys of open children, oldest first. */
  readonly active: readonly string[];
  readonly success: number;
  readonly failed: number;
  readonly canceled: number;
  readonly timedOut: number;
  readonly failures: readonly { readonly index: number; readonly id: string; readonly failure: FailureRecord }[];
  /** Ids of the children by index; large collections compute them one by one. */
  readonly ids?: readonly string[];
  readonly buffer: readonly (readonly [number, string, Json])[];
  readonly bufferBytes: number;
  readonly chunks: readonly (BlobRef | null)[];
}
