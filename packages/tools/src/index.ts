export { createToolRuntime, type ToolRuntime, type ToolRuntimeOptions } from './create-tool-runtime.js';
export { createFunctionTools, type FunctionToolsOptions } from './create-function-tools.js';
export { inspectEntrypoint } from './inspect/inspect-entrypoint.js';
export { combineToolRunners } from './combine-tool-runners.js';
export type { ToolProcessEvent } from './pool/process-spec.js';
export type { AnyToolFunction, ToolContext, ToolFunction, ToolLogger } from './runtime/tool-function.js';
