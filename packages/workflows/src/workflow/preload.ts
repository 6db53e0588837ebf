import * as core from '@compozy/core';
import * as interpreter from '@compozy/core/interpreter';
import { stackFrames } from './short-stacks.js';

/**
 * Evaluated once for each thread of a worker instead of once for each run, and frozen: the machine, the template
 * engine and their caches of parsed sources. The names are counted because an import that nothing uses is dropped.
 */
export const preloaded: number = Object.keys(core).length + Object.keys(interpreter).length + stackFrames;
