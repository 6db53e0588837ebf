/**
 * The SDK takes a source-mapped stack for every promise of a workflow, to answer `__stack_trace`. In this engine these
 * stacks always show the same loop, and taking them was a quarter of the time of a step. One frame is enough to tell
 * where an error of ours came from. Part of the preload file, so it changes nothing for bundles made without it.
 */
Error.stackTraceLimit = 1;

export const stackFrames: number = Error.stackTraceLimit;
