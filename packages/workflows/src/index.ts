import { fileURLToPath } from 'node:url';

/** The file to give to Temporal as `workflowsPath`: every YAML workflow, and `CompozyWorkflow`. */
export const workflowsPath: string = fileURLToPath(new URL('./workflow/index.js', import.meta.url));
