import { fileURLToPath } from 'node:url';

export type { TraceSinks } from './traced-workflow.js';

/** As `workflowsPath`, for a worker that has {@link TraceSinks}. */
export const tracedWorkflowsPath: string = fileURLToPath(new URL('./traced-workflow.js', import.meta.url));
