export { assembleOutputs, expandItems } from './large-collection.js';
export { openItemBatch, type ItemBatch, type ItemChild, type ItemInput } from './item-batch.js';
export { evaluateLateCondition } from './late-condition.js';
export { sendSignal, type SignalSending } from './send-signal.js';
export { renderMemoryCall } from './render-memory-call.js';
export { createReader, READ_LIMIT_BYTES, renderLate, type LateRendering } from './render-late.js';
