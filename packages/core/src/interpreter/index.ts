export type { Command, RunActivityCommand } from './command.js';
export type { RunEvent } from './event.js';
export { hasRoomFor } from './signals.js';
export { stableId } from '../model/stable-id.js';
export { runStatus, taskPath, toRunView } from './run-view.js';
export type { RunContext, RunState, Step, TaskNode } from './state.js';
export { start, transition } from './transition.js';
