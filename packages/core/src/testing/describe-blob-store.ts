import type { BlobStore } from '../ports/blob-store.js';

/** The three functions of a test runner that contract suites need. Those of vitest and jest fit. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    readonly rejects: { toMatchObject(expected: object): Promise<void> };
  };
}

export interface BlobStoreContract {
  /** Name of the implementation, for the report. */
  readonly name: string;
  /** An empty store, and what to do with it after one test. */
  readonly create: () => Promise<{ readonly store: BlobStore } & AsyncDisposable>;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const HOUR_MS = 3_600_000;
const inAnHour = (): Date => new Date(Date.now() + HOUR_MS);
const anHourAgo = (): Date => new Date(Date.now() - HOUR_MS);
const NOTHING: ReadonlySet<string> = new Set();

/** Declares the tests that every {@link BlobStore} has to pass. */
export function describeBlobStore({ name, create }: BlobStoreContract, { describe, it, expect }: ContractRunner): void {
  describe(`BlobStore contract: ${name}`, () => {
    it('returns the bytes that were put, under their SHA-256', async () => {
      await using context = await create();
      const sha256 = await context.store.put(encode('hello'));
      expect(sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
      expect(decode(await context.store.get(sha256))).toBe('hello');
    });

    it('keeps empty, binary and large values', async () => {
      await using context = await create();
      const values = [
        new Uint8Array(),
        Uint8Array.from({ length: 256 }, (_, i) => i),
        new Uint8Array(3_000_000).fill(7),
      ];
      for (const value of values) {
        const read = await context.store.get(await context.store.put(value));
        expect(read.length).toBe(value.length);
        expect(read.every((byte, i) => byte === value[i])).toBe(true);
      }
    });

    it('takes the same bytes twice as one blob', async () => {
      await using context = await create();
      const first = await context.store.put(encode('same'));
      expect(await context.store.put(encode('same'))).toBe(first);
      expect(await context.store.sweep({ olderThan: inAnHour(), keep: NOTHING })).toBe(1);
    });

    it('takes the same bytes from many at once', async () => {
      await using context = await create();
      const names = await Promise.all(Array.from({ length: 20 }, () => context.store.put(encode('race'))));
      expect(new Set(names).size).toBe(1);
      expect(decode(await context.store.get(names[0]!))).toBe('race');
    });

    it('does not change with the array that was put or returned', async () => {
      await using context = await create();
      const bytes = encode('fixed');
      const sha256 = await context.store.put(bytes);
      bytes.fill(0);
      (await context.store.get(sha256)).fill(0);
      expect(decode(await context.store.get(sha256))).toBe('fixed');
    });

    it('throws Blob.NotFound for what was never put', async () => {
      await using context = await create();
      for (const sha256 of ['0'.repeat(64), 'not a hash', '../../etc/passwd', '']) {
        await expect(context.store.get(sha256)).rejects.toMatchObject({ code: 'Blob.NotFound' });
      }
    });

    it('sweeps what is old and not kept', async () => {
      await using context = await create();
      const kept = await context.store.put(encode('kept'));
      const swept = await context.store.put(encode('swept'));
      expect(await context.store.sweep({ olderThan: inAnHour(), keep: new Set([kept]) })).toBe(1);
      expect(decode(await context.store.get(kept))).toBe('kept');
      await expect(context.store.get(swept)).rejects.toMatchObject({ code: 'Blob.NotFound' });
    });

    it('sweeps nothing that is newer, and nothing from an empty store', async () => {
      await using context = await create();
      expect(await context.store.sweep({ olderThan: inAnHour(), keep: NOTHING })).toBe(0);
      const sha256 = await context.store.put(encode('new'));
      expect(await context.store.sweep({ olderThan: anHourAgo(), keep: NOTHING })).toBe(0);
      expect(decode(await context.store.get(sha256))).toBe('new');
    });

    it('counts putting the same bytes again as use', async () => {
      await using context = await create();
      const sha256 = await context.store.put(encode('used again'));
      // Clocks of file systems are coarse.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const between = new Date();
      await new Promise((resolve) => setTimeout(resolve, 30));
      await context.store.put(encode('used again'));
      expect(await context.store.sweep({ olderThan: between, keep: NOTHING })).toBe(0);
      expect(decode(await context.store.get(sha256))).toBe('used again');
    });

    it('takes back what was swept', async () => {
      await using context = await create();
      const sha256 = await context.store.put(encode('again'));
      await context.store.sweep({ olderThan: inAnHour(), keep: NOTHING });
      expect(await context.store.put(encode('again'))).toBe(sha256);
      expect(decode(await context.store.get(sha256))).toBe('again');
    });

    it('keeps, and reads at any moment, what is put while it is swept', async () => {
      await using context = await create();
      const { store } = context;
      const values = Array.from({ length: 24 }, (_, i) => encode(`put and swept ${i}`));
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(values.map((value) => store.put(value)));
        // Clocks of file systems are coarse.
        await new Promise((resolve) => setTimeout(resolve, 30));
        const olderThan = new Date();
        await new Promise((resolve) => setTimeout(resolve, 30));
        const arePut = new AbortController();
        const sweeping = Array.from({ length: 3 }, async () => {
          while (!arePut.signal.aborted) await store.sweep({ olderThan, keep: NOTHING });
        });
        const read = await Promise.allSettled(
          values.map(async (value) => {
            const sha256 = await store.put(value);
            for (let times = 0; times < 5; times += 1) await store.get(sha256);
            return sha256;
          }),
        );
        arePut.abort();
        await Promise.all(sweeping);
        expect(read.filter(({ status }) => status === 'rejected')).toEqual([]);
        expect(await store.sweep({ olderThan, keep: NOTHING })).toBe(0);
        expect(await store.sweep({ olderThan: inAnHour(), keep: NOTHING })).toBe(values.length);
      }
    });
  });
}
