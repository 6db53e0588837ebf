import { SETTING_VARIABLES, type Environment } from './settings/read-text-settings.js';

/** The variables that settings declare, and no other, read once. */
export function readHostEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  return Object.fromEntries(SETTING_VARIABLES.map((name) => [name, source[name]]));
}
