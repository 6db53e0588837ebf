export { createFileBlobStore, type FileBlobStoreOptions } from './file-blob-store.js';
export { inlineOrBlob, loadJson, storeJson } from './json-blobs.js';
export { createMemoryBlobStore } from './memory-blob-store.js';
export { touchBlobs } from './touch-blobs.js';
