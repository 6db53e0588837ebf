/** A value that was too large for state or history. `bytes` is the length of the stored JSON text in UTF-8. */
export interface BlobRef {
  /** SHA-256 of the stored bytes, lower-case hex. */
  readonly $blob: string;
  readonly bytes: number;
  readonly type: 'json';
  /** Means one element of the stored list. */
  readonly element?: number;
}

/** Values above this many bytes of JSON text are stored as blobs, never inline. */
export const INLINE_LIMIT_BYTES = 64 * 1024;

export function isBlobRef(value: unknown): value is BlobRef {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as BlobRef).$blob === 'string' &&
    typeof (value as BlobRef).bytes === 'number' &&
    (value as BlobRef).type === 'json'
  );
}

/**
 * Content-addressed bytes. Writing the same bytes twice is one blob.
 * Implementations throw `Blob.NotFound` and `Blob.Unavailable`.
 */
export interface BlobStore {
  /**
   * Returns the SHA-256 of `bytes` once they are durable. It counts as a use of what is there already, and whatever a
   * sweep does meanwhile, the bytes can be read afterwards.
   */
  put(bytes: Uint8Array): Promise<string>;
  get(sha256: string): Promise<Uint8Array>;
  /** Deletes blobs that were last written or touched before `olderThan` and are not in `keep`; returns how many. */
  sweep(options: { readonly olderThan: Date; readonly keep: ReadonlySet<string> }): Promise<number>;
  /** True when other hosts can read what this one wrote. */
  readonly shared: boolean;
}
