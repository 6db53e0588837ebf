import { fileURLToPath } from 'node:url';

/** The file to give to Temporal as `workflowsPath`: every YAML workflow, and `CompozyWorkflow`. */
export const workflowsPath: string = fileURLToPath(new URL('./workflow/index.js', import.meta.url));

/** The file to give to Temporal as one of `preloadModules`: makes a run's start several milliseconds cheaper. */
export const preloadPath: string = fileURLToPath(new URL('./workflow/preload.js', import.meta.url));

/**
 * The file to give to Temporal among `interceptors.workflowModules`: drops signals that the SDK cannot hand on, which
 * would stop a run for ever. Not for a worker with a payload converter of its own, whose payloads it cannot read.
 */
export const interceptorsPath: string = fileURLToPath(new URL('./workflow/readable-signals.js', import.meta.url));
