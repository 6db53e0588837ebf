export { createFileBlobStore } from './file-blob-store.js';
export { inlineOrBlob, loadJson, storeJson } from './json-blobs.js';
