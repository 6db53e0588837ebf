import type { ResolvedSetting } from './setting-layer.js';
import { settingOf, type SettingKey } from './settings.js';

export interface DescribedSetting {
  readonly key: SettingKey;
  /** `null` for none; `******` for a secret. */
  readonly value: string | number | boolean | readonly string[] | null;
  readonly source: string;
}

const HIDDEN = '******';

/** The settings with what may be seen of their values. Durations are texts such as `30s`. */
export function describeSettings(entries: readonly ResolvedSetting[]): readonly DescribedSetting[] {
  return entries.map(({ key, value, source }) => ({ key, value: describeValue(key, value), source }));
}

function describeValue(key: SettingKey, value: unknown): DescribedSetting['value'] {
  const { type, secret } = settingOf(key);
  const isNone = value === undefined || (Array.isArray(value) && value.length === 0);
  if (isNone) return null;
  if (secret === true) return HIDDEN;
  if (type.code === 'value.duration') return type.show(value as never);
  return value as DescribedSetting['value'];
}
