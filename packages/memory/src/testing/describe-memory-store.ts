import type { MemoryCall, MemoryDefinition, MemoryOperations } from '@compozy/core';
import type { ContractRunner } from '@compozy/core/testing';
import { createMemory } from '../create-memory.js';
import type { MemoryStore } from '../memory-store.js';

export interface MemoryStoreContract {
  /** Name of the implementation, for the report. */
  readonly name: string;
  /** An empty store, and what to do with it after one test. */
  readonly create: () => Promise<{ readonly store: MemoryStore } & AsyncDisposable>;
}

const BUFFER: MemoryDefinition = { id: 'chat', type: 'buffer', flushing: 'simple_fifo' };
const HOUR_MS = 3_600_000;

type Given = Partial<Omit<MemoryCall, 'operation'>> & Record<string, unknown>;

/** Declares the tests that every {@link MemoryStore} has to pass. */
export function describeMemoryStore(contract: MemoryStoreContract, { describe, it, expect }: ContractRunner): void {
  let calls = 0;
  const operate = (memory: MemoryOperations, operation: string, given: Given = {}): Promise<unknown> => {
    const base = { project: 'p', memory: BUFFER, key: 'k', idempotencyKey: `call-${(calls += 1)}` };
    return memory.execute({ ...base, operation, ...given } as MemoryCall);
  };
  const append = (memory: MemoryOperations, text: string, given: Given = {}) =>
    operate(memory, 'append', { messages: [{ role: 'user', content: text }], ...given });
  const texts = async (memory: MemoryOperations, given: Given = {}): Promise<readonly string[]> => {
    const { messages } = (await operate(memory, 'read', given)) as { messages: readonly { content: string }[] };
    return messages.map(({ content }) => content);
  };
  const flush = { strategy: 'simple_fifo', threshold: 0.8, force: false, dryRun: false };
  const stats = { includeContent: false, groupByRole: false };

  function test(
    name: string,
    body: (memory: MemoryOperations, clock: { now: number }, store: MemoryStore) => Promise<void>,
  ) {
    it(name, async () => {
      await using context = await contract.create();
      const clock = { now: Date.UTC(2030, 0, 1) };
      const { store } = context;
      // A token for each character, none for what stands around: counts that a reader can check.
      const countTokens = (text: string) => (text === 'user' || text === 'assistant' ? -2 : text.length);
      await body(createMemory({ store, countTokens, now: () => clock.now }), clock, store);
    });
  }

  describe(`MemoryStore contract: ${contract.name}`, () => {
    test('keeps messages in the order in which they came', async (memory) => {
      expect(await texts(memory)).toEqual([]);
      await append(memory, 'one');
      await operate(memory, 'append', {
        messages: [
          { role: 'assistant', content: 'two' },
          { role: 'user', content: '' },
        ],
      });
      await append(memory, 'thrée 漢 🙂 \u0000 {{ .x }}');
      expect(await operate(memory, 'read')).toEqual({
        messages: [
          { role: 'user', content: 'one' },
          { role: 'assistant', content: 'two' },
          { role: 'user', content: '' },
          { role: 'user', content: 'thrée 漢 🙂 \u0000 {{ .x }}' },
        ],
        count: 4,
        key: 'k',
      });
    });

    test('replaces all by a write', async (memory) => {
      await append(memory, 'old');
      const messages = [{ role: 'user', content: 'new' }];
      expect(await operate(memory, 'write', { messages })).toEqual({ success: true, count: 1, key: 'k' });
      expect(await texts(memory)).toEqual(['new']);
      await operate(memory, 'write', { messages: [] });
      expect(await texts(memory)).toEqual([]);
    });

    test('makes a change once for one idempotency key, and answers the same again', async (memory) => {
      const first = await append(memory, 'one', { idempotencyKey: 'same' });
      await append(memory, 'two');
      expect(await append(memory, 'one', { idempotencyKey: 'same' })).toEqual(first);
      expect(await texts(memory)).toEqual(['one', 'two']);
      await operate(memory, 'delete');
      expect(await append(memory, 'one', { idempotencyKey: 'same' })).toEqual(first);
      expect(await texts(memory)).toEqual([]);
      await append(memory, 'one', { idempotencyKey: 'same', project: 'other' });
      expect(await texts(memory, { project: 'other' })).toEqual(['one']);
    });

    test('makes it once when attempts run at the same time', async (memory) => {
      const attempts = Array.from({ length: 10 }, () => append(memory, 'one', { idempotencyKey: 'same' }));
      const answers = await Promise.all(attempts);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await texts(memory)).toEqual(['one']);
    });

    test('loses and doubles nothing of appends that run at the same time', async (memory) => {
      const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => append(memory, `m${index}`)));
      const totals = (answers as { total_count: number }[]).map(({ total_count: total }) => total);
      expect(totals.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(new Set(await texts(memory)).size).toBe(100);
    });

    test('never holds more than the limits, and counts what is there', async (memory, clock) => {
      const limited = { memory: { ...BUFFER, maxMessages: 5, maxTokens: 12 } };
      await Promise.all(Array.from({ length: 20 }, () => append(memory, 'abc', limited)));
      clock.now += 1_000;
      await append(memory, 'last', limited);
      expect(await texts(memory)).toEqual(['abc', 'abc', 'last']);
      expect(await operate(memory, 'stats', { ...limited, ...stats })).toEqual({
        key: 'k',
        message_count: 3,
        token_count: 10,
        actual_strategy: 'simple_fifo',
        last_flush: new Date(clock.now).toISOString(),
        avg_tokens_per_message: 3.33,
      });
      await append(memory, 'much longer than the limit', limited);
      expect(await texts(memory)).toEqual(['much longer than the limit']);
    });

    test('flushes to half of the limit, not before the threshold, and not in a dry run', async (memory, clock) => {
      const limited = { memory: { ...BUFFER, maxMessages: 10 }, ...flush };
      for (let index = 0; index < 7; index += 1) await append(memory, `${index}`);
      await operate(memory, 'flush', limited);
      expect((await texts(memory)).length).toBe(7);
      await append(memory, '7');
      expect(await operate(memory, 'flush', { ...limited, dryRun: true })).toEqual({
        success: true,
        key: 'k',
        summary_generated: false,
        message_count: 8,
        token_count: 8,
        dry_run: true,
        would_flush: true,
      });
      expect((await texts(memory)).length).toBe(8);
      const at = clock.now;
      await operate(memory, 'flush', limited);
      expect(await texts(memory)).toEqual(['3', '4', '5', '6', '7']);
      clock.now += HOUR_MS;
      await append(memory, 'later');
      const { last_flush: last } = (await operate(memory, 'stats', stats)) as { last_flush: string };
      expect(last).toBe(new Date(at).toISOString());
    });

    test('drops from the middle where the strategy says so', async (memory) => {
      const limited = { memory: { ...BUFFER, maxTokens: 12, flushing: 'token_aware_lru' as const } };
      for (const text of ['a', 'bbbbbbbb', 'c', 'd']) await append(memory, text, limited);
      await append(memory, 'eeee', limited);
      expect(await texts(memory)).toEqual(['a', 'c', 'd', 'eeee']);
      await append(memory, 'f', limited);
      expect(await texts(memory)).toEqual(['a', 'c', 'd', 'eeee', 'f']);
    });

    test('clears the messages, and keeps a copy when asked', async (memory) => {
      await append(memory, 'one');
      await append(memory, 'two');
      const cleared = { success: true, key: 'k', messages_cleared: 2, backup_created: true };
      expect(await operate(memory, 'clear', { backup: true })).toEqual(cleared);
      const again = { success: true, key: 'k', messages_cleared: 0, backup_created: false };
      expect(await operate(memory, 'clear', { backup: true })).toEqual(again);
      expect(await texts(memory, { key: 'k:backup' })).toEqual(['one', 'two']);
      await append(memory, 'three');
      await operate(memory, 'clear', { backup: true });
      expect(await texts(memory, { key: 'k:backup' })).toEqual(['three']);
      expect(await texts(memory)).toEqual([]);
    });

    test('forgets everything about a conversation that is deleted', async (memory) => {
      const limited = { memory: { ...BUFFER, maxMessages: 1 } };
      await append(memory, 'one', limited);
      await append(memory, 'two', limited);
      expect(await operate(memory, 'delete')).toEqual({ success: true, key: 'k' });
      expect(await operate(memory, 'stats', stats)).toEqual({
        key: 'k',
        message_count: 0,
        token_count: 0,
        actual_strategy: 'simple_fifo',
      });
    });

    test('forgets a conversation its time after the last change', async (memory, clock) => {
      const hour = { memory: { ...BUFFER, ttlMs: HOUR_MS } };
      await append(memory, 'one', hour);
      await append(memory, 'for ever', { key: 'other' });
      clock.now += HOUR_MS - 1;
      await append(memory, 'two', hour);
      clock.now += HOUR_MS - 1;
      expect(await texts(memory, hour)).toEqual(['one', 'two']);
      clock.now += 1;
      expect(await texts(memory, hour)).toEqual([]);
      expect(await append(memory, 'three', hour)).toEqual({ success: true, appended: 1, total_count: 1, key: 'k' });
      expect(await texts(memory, hour)).toEqual(['three']);
      expect(await texts(memory, { key: 'other' })).toEqual(['for ever']);
    });

    test('keeps projects, memories and keys apart', async (memory) => {
      const places: readonly Given[] = [
        { key: 'user:1' },
        { key: 'user:*' },
        { key: "a'; DROP TABLE messages; --" },
        { key: 'user:1', project: 'q' },
        { key: 'user:1', memory: { ...BUFFER, id: 'notes' } },
      ];
      for (const [index, place] of places.entries()) await append(memory, `${index}`, place);
      for (const [index, place] of places.entries()) expect(await texts(memory, place)).toEqual([`${index}`]);
      await operate(memory, 'delete', { key: 'user:*' });
      expect(await texts(memory, { key: 'user:1' })).toEqual(['0']);
    });

    test('changes nothing when the work fails', async (memory, clock, store) => {
      await append(memory, 'one');
      const id = { project: 'p', memory: 'chat', key: 'k' };
      const failing = store.change(id, { operationKey: 'fails', at: clock.now }, () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toMatchObject({ message: 'no' });
      expect(await texts(memory)).toEqual(['one']);
      await append(memory, 'two', { idempotencyKey: 'fails' });
      expect(await texts(memory)).toEqual(['one', 'two']);
    });

    test('keeps a message of a megabyte', async (memory) => {
      await append(memory, 'x'.repeat(1024 * 1024));
      expect((await texts(memory))[0]?.length).toBe(1024 * 1024);
    });

    test('is healthy', async (memory) => {
      await append(memory, 'abc');
      const asked = { includeStats: true, checkConnectivity: true };
      expect(await operate(memory, 'health', asked)).toEqual({
        healthy: true,
        key: 'k',
        token_count: 3,
        message_count: 1,
        actual_strategy: 'simple_fifo',
        current_tokens: 3,
      });
      expect(await texts(memory)).toEqual(['abc']);
    });
  });
}
