import path from 'node:path';
import { describeKind } from '@compozy/core/schema';
import { settingOf, type SettingKey } from './settings.js';

/** The values that one source gives, with what `config show` says about where each comes from. */
export type SettingLayer = Map<SettingKey, { readonly value: unknown; readonly source: string }>;

/** A setting, its effective value, and where that comes from: `default`, `compozy.yaml:3`, `environment NAME`, … */
export interface ResolvedSetting {
  readonly key: SettingKey;
  readonly value: unknown;
  readonly source: string;
}

export type Checked =
  | { readonly value: unknown }
  | {
      readonly code: ReturnType<typeof settingOf>['type']['code'];
      readonly message: string;
      readonly expected: string;
    };

/** The effective value for what was given, or what is wrong with it. A secret is never in the message. */
export function checkSettingValue(key: SettingKey, given: unknown, name: string): Checked {
  const { type, secret } = settingOf(key);
  const result = type.schema.safeParse(given);
  if (result.success) return { value: result.data };
  const isScalar = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean';
  const isHidden = isScalar ? secret === true : result.error.issues.some((issue) => issue.path.length > 0);
  const shown = isHidden ? '' : `, not ${isScalar ? JSON.stringify(given) : describeKind(given)}`;
  return {
    code: isScalar ? type.code : 'value.type',
    message: `${name} must be ${type.expected}${shown}`,
    expected: type.expected,
  };
}

/** The layer with relative paths taken from `base`. */
export function withPathsFrom(base: string, layer: SettingLayer): SettingLayer {
  return new Map(
    [...layer].map(([key, entry]) => {
      const isRelative = settingOf(key).isPath === true && entry.value !== ':memory:';
      return [key, isRelative ? { ...entry, value: path.resolve(base, String(entry.value)) } : entry] as const;
    }),
  );
}
