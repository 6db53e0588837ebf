import { defineEngineWorkflow } from './define-engine-workflow.js';

/** For clients that name the workflow in the input instead of in the type. */
export const CompozyWorkflow = defineEngineWorkflow();

/** Serves every YAML workflow under its own id as the Temporal workflow type. */
export default CompozyWorkflow;

/**
 * The SDK looks a type up on the module object, and finds what every object inherits. A client that starts a workflow
 * of such a name has to learn that there is none, so each name leads to the engine, which knows the project's ids.
 */
export {
  CompozyWorkflow as __defineGetter__,
  CompozyWorkflow as __defineSetter__,
  CompozyWorkflow as __lookupGetter__,
  CompozyWorkflow as __lookupSetter__,
  CompozyWorkflow as __proto__,
  CompozyWorkflow as constructor,
  CompozyWorkflow as hasOwnProperty,
  CompozyWorkflow as isPrototypeOf,
  CompozyWorkflow as propertyIsEnumerable,
  CompozyWorkflow as toLocaleString,
  CompozyWorkflow as toString,
  CompozyWorkflow as valueOf,
};
