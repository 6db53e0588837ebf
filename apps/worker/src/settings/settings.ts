import { serverSettings } from './groups/server.js';
import { stateSettings } from './groups/state.js';
import { temporalSettings } from './groups/temporal.js';
import { workerSettings } from './groups/worker.js';
import type { Setting, ValueOf } from './setting.js';

const settings = { ...workerSettings, ...serverSettings, ...temporalSettings, ...stateSettings } as const;

export type SettingKey = keyof typeof settings;

/** Every setting of the host program, by its place in `compozy.yaml`. */
export const SETTINGS: { readonly [K in SettingKey]: (typeof settings)[K] } = settings;

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The effective value of each setting. */
export type SettingValues = { readonly [K in SettingKey]: ValueOf<(typeof settings)[K]> };

export function settingOf(key: SettingKey): Setting {
  return SETTINGS[key] as Setting;
}
