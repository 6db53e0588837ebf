import path from 'node:path';
import type { Project } from '@compozy/core/loader';
import type { TemporalSettings } from '../temporal/connection.js';
import { checkProjectFiles } from './check-project-files.js';
import { chooseDriver, checkTogether } from './check-together.js';
import { readEnvironmentSettings, readFlagSettings, type Environment } from './read-text-settings.js';
import { readYamlSettings } from './read-yaml-settings.js';
import { withPathsFrom, type ResolvedSetting, type SettingLayer } from './setting-layer.js';
import { SettingsError, toSettingProblem, type SettingProblem } from './setting-problem.js';
import { SETTING_KEYS, settingOf, type SettingKey, type SettingValues } from './settings.js';
import { toTemporalSettings } from './temporal-connection.js';
import { readTemporalProfile } from './temporal-profile.js';

export interface ResolveOptions {
  /** Only variables that settings declare are looked at, and names that files of the project declare (`env:`, `.env`). */
  readonly environment: Environment;
  /** Flags of `compozy-worker`. */
  readonly argv?: readonly string[];
  /** Folder of `compozy.yaml`; wins over the setting. */
  readonly dir?: string;
  /** Unknown keys are warnings. */
  readonly lenient?: boolean;
  /** As in `loadProject`: tools that the host brings beside those of the entrypoint. */
  readonly hostTools?: readonly string[];
  /** The files of the project are not here: the environment and flags alone count. */
  readonly withoutProject?: boolean;
}

export interface Settings {
  readonly values: SettingValues;
  readonly entries: readonly ResolvedSetting[];
  readonly driver: 'sqlite' | 'postgres';
  readonly temporal: TemporalSettings;
}

export interface SettingsCheck {
  /** Of the project and of its settings. */
  readonly problems: readonly SettingProblem[];
  /** Every setting; where a value was wrong, what holds without it. */
  readonly entries: readonly ResolvedSetting[];
  /** Both are there when there is no error; the project, when its files are here. */
  readonly project?: Project;
  readonly settings?: Settings;
}

/**
 * The project and the effective settings of the host program: defaults, then `compozy.yaml`, a profile of Temporal, the
 * `.env` file, the environment, flags; later ones win.
 *
 * @throws SettingsError (`Config.Invalid`) with every problem of either.
 */
export async function resolveSettings(
  options: ResolveOptions,
): Promise<{ readonly project: Project; readonly settings: Settings; readonly warnings: readonly SettingProblem[] }> {
  const { problems, project, settings } = await checkSettings(options);
  if (project === undefined || settings === undefined) throw new SettingsError(problems);
  return { project, settings, warnings: problems };
}

/** As {@link resolveSettings}, for problems that are to be shown: it does not throw because of them. */
export async function checkSettings(options: ResolveOptions): Promise<SettingsCheck> {
  const problems: SettingProblem[] = [];
  const flags = readFlagSettings(options.argv ?? [], problems);
  if (options.dir !== undefined) flags.set('project_dir', { value: options.dir, source: 'the command' });
  const environment = readEnvironmentSettings(options.environment, 'environment', problems);
  const outer = [environment, flags].map((layer) => withPathsFrom(process.cwd(), layer));
  const dir = path.resolve(String(valueIn(outer, 'project_dir')));
  let yaml: SettingLayer = new Map();
  let dotenv: SettingLayer = new Map();
  const check =
    options.withoutProject === true
      ? undefined
      : await checkProjectFiles(dir, {
          environment: options.environment,
          ...(options.lenient === true ? { lenient: true } : {}),
          ...(options.hostTools === undefined ? {} : { hostTools: options.hostTools }),
          settings(file) {
            yaml = withPathsFrom(dir, readYamlSettings(file));
            dotenv = withPathsFrom(dir, readEnvironmentSettings(file.env, '.env', problems));
          },
        });
  const chosen = [yaml, dotenv, ...outer];
  const profile = readTemporalProfile(
    {
      profile: valueIn(chosen, 'temporal.profile') as string | undefined,
      configFile: valueIn(chosen, 'temporal.config_file') as string | undefined,
    },
    problems,
  );
  const entries = merge([yaml, withPathsFrom(process.cwd(), profile.layer), dotenv, ...outer]);
  const values = Object.fromEntries(entries.map(({ key, value }) => [key, value])) as unknown as SettingValues;
  const temporal = await toTemporalSettings(values, profile.metadata, problems);
  problems.unshift(...(check?.diagnostics ?? []).map((diagnostic) => toSettingProblem(diagnostic)));
  problems.push(...checkTogether(values, entries));
  const isBroken = check !== undefined && check.project === undefined;
  if (isBroken || problems.some(({ severity }) => severity === 'error')) return { problems, entries };
  const given = new Set(entries.flatMap(({ key, source }) => (source === 'default' ? [] : [key])));
  return {
    problems,
    entries,
    ...(check?.project === undefined ? {} : { project: check.project }),
    settings: { values, entries, temporal, driver: chooseDriver(values, (key) => given.has(key)) },
  };
}

function valueIn(layers: readonly SettingLayer[], key: SettingKey): unknown {
  return layers.findLast((layer) => layer.has(key))?.get(key)?.value ?? settingOf(key).default;
}

function merge(layers: readonly SettingLayer[]): readonly ResolvedSetting[] {
  return SETTING_KEYS.map((key) => {
    const found = layers.findLast((layer) => layer.has(key))?.get(key);
    return { key, ...(found ?? { value: settingOf(key).default, source: 'default' }) };
  });
}
