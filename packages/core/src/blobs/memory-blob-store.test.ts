import { describe, expect, it } from 'vitest';
import { describeBlobStore } from '../testing/describe-blob-store.js';
import { createMemoryBlobStore } from './memory-blob-store.js';

const create = async () => ({ store: createMemoryBlobStore(), [Symbol.asyncDispose]: async () => undefined });

describeBlobStore({ name: 'memory', create }, { describe, it, expect });
