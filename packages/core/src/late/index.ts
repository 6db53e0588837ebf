export { assembleOutputs, expandItems } from './large-collection.js';
export { createReader, READ_LIMIT_BYTES, renderLate, type LateRendering } from './render-late.js';
