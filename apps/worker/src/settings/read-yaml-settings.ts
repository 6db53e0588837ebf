import type { SettingsFile } from '@compozy/core/loader';
import { suggest } from '@compozy/core/schema';
import { LEFT_OUT_SETTINGS } from './left-out-settings.js';
import { checkSettingValue, type SettingLayer } from './setting-layer.js';
import { SETTING_KEYS, settingOf, type SettingKey } from './settings.js';

const KEYS: ReadonlySet<string> = new Set(SETTING_KEYS.filter((key) => settingOf(key).outsideYaml !== true));
const ALL = [...KEYS, ...LEFT_OUT_SETTINGS.keys()];
const GROUPS: ReadonlySet<string> = new Set(ALL.map((key) => key.split('.')[0]!));

/** Groups whose other keys are the project's own: its loader knows what may stand there. */
export const SHARED_GROUPS: ReadonlySet<string> = new Set(['runtime', 'monitoring', 'knowledge']);

/** The settings in the groups of `compozy.yaml`. Reports unknown keys, values that do not fit, and what has no effect. */
export function readYamlSettings(file: SettingsFile): SettingLayer {
  const layer: SettingLayer = new Map();
  const { value } = file.document;
  if (isMapping(value)) {
    for (const group of Object.keys(value)) if (GROUPS.has(group)) visit(file, [group], value[group], layer);
  }
  return layer;
}

function visit(file: SettingsFile, path: readonly string[], value: unknown, layer: SettingLayer): void {
  // `key:` without a value means that the key is not there.
  if (value === null || value === undefined) return;
  const key = path.join('.');
  const reason = LEFT_OUT_SETTINGS.get(key);
  if (reason !== undefined) {
    const message = `"${key}" has no effect: ${reason}`;
    file.report('key.ignored', message, { path, at: 'key', severity: 'warning' });
    return;
  }
  if (KEYS.has(key)) {
    // An empty text means the same as none, as in the environment.
    if (value !== '') take(file, path, value, layer);
    return;
  }
  const known = childrenOf(key);
  if (known.length === 0) {
    reportUnknown(file, path);
    return;
  }
  if (!isMapping(value)) {
    // The loader has said so of a group itself, or takes a list there.
    if (path.length === 1) return;
    const message = `"${key}" must be a mapping with keys and values`;
    file.report('value.type', message, { path, expected: 'a mapping' });
    return;
  }
  for (const name of Object.keys(value)) visit(file, [...path, name], value[name], layer);
}

function take(file: SettingsFile, path: readonly string[], value: unknown, layer: SettingLayer): void {
  const key = path.join('.') as SettingKey;
  const { type, env } = settingOf(key);
  if (typeof value === 'string' && value.includes('{{')) {
    const message = `"${key}" holds a template, and settings take none; set ${env[0]} in .env or in the environment`;
    file.report('template.not-evaluated', message, { path });
    return;
  }
  // YAML reads `1.10` as a number where a text is meant.
  const written =
    typeof value === 'number' && !type.schema.safeParse(value).success ? file.document.written(path) : undefined;
  const given = typeof value === 'string' ? fromYamlText(key, value) : (written ?? value);
  const checked = checkSettingValue(key, given, `"${key}"`);
  if ('value' in checked) {
    layer.set(key, { value: checked.value, source: `compozy.yaml:${file.document.keyPlace(path).line}` });
    return;
  }
  const suggestion = type.values !== undefined && typeof value === 'string' ? suggest(value, type.values) : undefined;
  file.report(checked.code, checked.message, { path, expected: checked.expected, suggestion });
}

/** A list may be a text with commas; `"true"` in quotes is still a text. */
function fromYamlText(key: SettingKey, value: string): unknown {
  const { type } = settingOf(key);
  return type.isFlag === true ? value : type.fromText(value);
}

function reportUnknown(file: SettingsFile, path: readonly string[]): void {
  if (SHARED_GROUPS.has(path[0]!) && path.length === 2) return;
  const owner = path.slice(0, -1).join('.');
  const name = path.at(-1)!;
  const known = childrenOf(owner);
  const suggestion = suggest(name, known) ?? suggest(name, namesEverywhere(path[0]!));
  file.report('key.unknown', `Unknown key "${name}" in "${owner}"`, {
    path,
    at: 'key',
    severity: file.lenient ? 'warning' : 'error',
    expected: `one of ${known.join(', ')}`,
    suggestion,
  });
}

/** The names that may stand right below. */
function childrenOf(owner: string): readonly string[] {
  const inside = ALL.filter((key) => key.startsWith(`${owner}.`));
  return [...new Set(inside.map((key) => key.slice(owner.length + 1).split('.')[0]!))];
}

/** The paths within a group, for a key that stands at the wrong depth. */
function namesEverywhere(group: string): readonly string[] {
  return ALL.filter((key) => key.startsWith(`${group}.`)).map((key) => key.slice(group.length + 1));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
