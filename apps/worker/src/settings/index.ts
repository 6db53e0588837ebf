/** What the settings say. It loads nothing of Temporal's SDK, which takes longer than most commands do. */
export { checkProjectFiles } from './check-project-files.js';
export { describeSettings, type DescribedSetting } from './describe-settings.js';
export { toApiOptions, toServerOptions, toVersioning, toWorkerOptions } from './host-options.js';
export { LEFT_OUT_SETTINGS } from './left-out-settings.js';
export { projectSchema } from './project-schema.js';
export { SETTING_VARIABLES, type Environment } from './read-text-settings.js';
export {
  checkSettings,
  resolveSettings,
  type ResolveOptions,
  type Settings,
  type SettingsCheck,
} from './resolve-settings.js';
export type { ResolvedSetting } from './setting-layer.js';
export { formatSettingProblems, SettingsError, type SettingProblem } from './setting-problem.js';
export { SETTINGS, type SettingKey, type SettingValues } from './settings.js';
export { storeLocation } from './store-location.js';
