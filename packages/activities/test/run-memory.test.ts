import { describe, expect, it } from 'vitest';
import { isBlobRef, type RunMemoryInput } from '@compozy/core';
import { createMemoryBlobStore, loadJson } from '@compozy/core/blobs';
import { createSchemaValidator } from '@compozy/core/schema';
import { createScenarioMemory } from '@compozy/core/testing';
import { runMemory } from '../src/run-memory.js';
import { createSecretMask } from '../src/secret-mask.js';

const secrets = { TEAM: 'hidden-team-7' };

function setUp() {
  const blobs = createMemoryBlobStore();
  const memory = createScenarioMemory();
  const options = {
    memory,
    blobs,
    validator: createSchemaValidator(),
    secrets: () => secrets,
    mask: () => createSecretMask(secrets),
  };
  const run = (given: Partial<RunMemoryInput>, taskKey = 'root/a', attempt = 1) =>
    runMemory(
      {
        origin: { project: 'p', workflowId: 'w', execId: 'e', taskKey },
        operation: 'append',
        memory: { id: 'chat', type: 'buffer', flushing: 'simple_fifo' },
        request: { value: { key: 'k', payload: 'one' } },
        inlineLimitBytes: 1_000,
        at: 1,
        seed: 's',
        ...given,
      },
      { attempt },
      options,
    );
  return { blobs, options, run };
}

const READ = { operation: 'read', request: { value: { key: 'k' } } } as const;

describe('runMemory', () => {
  it('says what to do where there is no memory', async () => {
    const { options } = setUp();
    const input = { ...READ, memory: { id: 'chat', type: 'buffer', flushing: 'lru' }, seed: 's', at: 1 } as const;
    const origin = { project: 'p', workflowId: 'w', execId: 'e', taskKey: 'root/look' };
    const call = { ...input, origin, inlineLimitBytes: 1_000 };
    const run = { attempt: 1, signal: new AbortController().signal };
    await expect(runMemory(call, run, { ...options, memory: undefined })).rejects.toMatchObject({
      code: 'Memory.NotConfigured',
      message: expect.stringContaining('"root/look" needs a memory, and this worker has none; pass "memory" to'),
      details: { memory: 'chat', operation: 'read' },
    });
  });

  it('makes the change of one task once, whatever the attempt, and that of the next pass again', async () => {
    const { run } = setUp();
    const first = await run({});
    expect(await run({}, 'root/a', 2)).toEqual({ ...first, attempt: 2 });
    expect(await run({}, 'root/a#2')).toMatchObject({ output: { total_count: 2 } });
    expect(await run(READ, 'root/b')).toMatchObject({ output: { count: 2 } });
  });

  it('renders a secret for the memory, and masks it in what it answers', async () => {
    const { run } = setUp();
    const late = { value: { key: 'team:{{ .env.TEAM }}', payload: 'of {{ .env.TEAM }}' }, late: ['/key', '/payload'] };
    expect(await run({ request: late })).toMatchObject({ output: { key: 'team:[secret TEAM]' } });
    const look = { value: { key: 'team:hidden-team-7' } };
    const { output } = await run({ operation: 'read', request: look }, 'root/b');
    expect(output).toMatchObject({ count: 1, messages: [{ content: 'of [secret TEAM]' }] });
  });

  it('gives a long conversation as a reference', async () => {
    const { run, blobs } = setUp();
    await run({ request: { value: { key: 'k', payload: 'x'.repeat(2_000) } } });
    const { output } = await run(READ, 'root/b');
    expect(isBlobRef(output)).toBe(true);
    expect(await loadJson(blobs, output as never)).toMatchObject({ count: 1, key: 'k' });
  });

  it('checks `with` before it changes anything, and the output after', async () => {
    const { run } = setUp();
    const inputSchema = { required: ['who'] };
    await expect(run({ inputSchema, input: { value: {} } })).rejects.toMatchObject({ code: 'Input.Invalid' });
    expect(await run(READ, 'root/b')).toMatchObject({ output: { count: 0 } });
    const outputSchema = { properties: { total_count: { const: 7 } } };
    await expect(run({ outputSchema })).rejects.toMatchObject({ code: 'Output.Invalid' });
  });

  it.each([
    [{ key: '', payload: 'x' }, '"key_template" must give a text that is not empty'],
    [{ key: 'a\nb', payload: 'x' }, 'A memory key has at most 255 characters and no control characters'],
    [{ key: 'x'.repeat(256), payload: 'x' }, 'this one has 256'],
    [{ key: ['k'], payload: 'x' }, '"key_template" must give a text'],
    [{ key: 'k', payload: 7 }, 'The payload must be a text or a mapping with "role" and "content"'],
    [{ key: 'k', payload: ['x', { role: 'user' }] }, 'Message 1 of the payload has no "content"'],
    [{ key: 'k', payload: Array.from({ length: 1_001 }, () => 'x') }, 'The payload has 1001 messages; 1000 are'],
    [{ key: 'k', payload: 'x'.repeat(1024 * 1024 + 1) }, 'has 1048577 characters; 1048576 are allowed'],
  ])('refuses %.60j', async (value, message) => {
    const { run } = setUp();
    const failure = { code: 'Memory.Invalid', message: expect.stringContaining(message) };
    await expect(run({ request: { value } })).rejects.toMatchObject(failure);
  });

  it('refuses a flush strategy that does not exist', async () => {
    const { run } = setUp();
    const request = { value: { key: 'k', options: { strategy: 'biggest' } } };
    await expect(run({ operation: 'flush', request })).rejects.toMatchObject({
      code: 'Memory.Invalid',
      message: 'The flush strategy "biggest" is none of "simple_fifo", "lru", "token_aware_lru"',
    });
  });
});
