export type { Command, RunActivityCommand } from './command.js';
export type { RunEvent } from './event.js';
export { hasRoomFor, listensTo, type Listening } from './signals.js';
export { limitFailure } from './limit-failure.js';
export { stableId } from '../model/stable-id.js';
export { runStatus, taskPath, toRunView } from './run-view.js';
export type { NextTask, RunContext, RunState, Step, TaskNode } from './state.js';
export { start, transition } from './transition.js';
