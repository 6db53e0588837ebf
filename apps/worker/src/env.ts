import type { Environment } from './settings/read-text-settings.js';

/** Read once. Of it, the variables that settings declare are looked at, and the names that files of the project declare. */
export function readHostEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  return { ...source };
}
