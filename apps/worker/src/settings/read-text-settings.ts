import { suggest } from '@compozy/core/schema';
import { LEFT_OUT_SETTINGS, LEFT_OUT_VARIABLES } from './left-out-settings.js';
import { checkSettingValue, type SettingLayer } from './setting-layer.js';
import type { SettingProblem } from './setting-problem.js';
import { SETTING_KEYS, settingOf, type SettingKey } from './settings.js';

/** Every variable of the environment that is looked at. */
export const SETTING_VARIABLES: readonly string[] = [
  ...new Set([...SETTING_KEYS.flatMap((key) => settingOf(key).env), ...LEFT_OUT_VARIABLES.keys()]),
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of an environment, or of a `.env` file. An empty variable means the same as none. */
export function readEnvironmentSettings(
  environment: Environment,
  place: 'environment' | '.env',
  problems: SettingProblem[],
): SettingLayer {
  const layer: SettingLayer = new Map();
  for (const key of SETTING_KEYS) {
    const name = settingOf(key).env.find((one) => isSet(environment, one));
    if (name === undefined || (place === '.env' && settingOf(key).outsideYaml === true)) continue;
    take(layer, key, environment[name]!, { name, place, source: `${place} ${name}` }, problems);
  }
  for (const [name, key] of LEFT_OUT_VARIABLES) {
    if (!isSet(environment, name)) continue;
    const message = `${name} has no effect: ${LEFT_OUT_SETTINGS.get(key)!}`;
    problems.push({ severity: 'warning', code: 'key.ignored', message, place });
  }
  return layer;
}

/** The values of flags: `--port 80`, `--port=80`, `--auth-enabled`, `--no-auth-enabled`. */
export function readFlagSettings(argv: readonly string[], problems: SettingProblem[]): SettingLayer {
  const layer: SettingLayer = new Map();
  const keys = new Map(
    SETTING_KEYS.flatMap((key) => (settingOf(key).flag === undefined ? [] : [[settingOf(key).flag!, key]])),
  );
  const report = (message: string, suggestion?: string) => {
    const hint = suggestion === undefined ? {} : { suggestion: `--${suggestion}` };
    problems.push({ severity: 'error', code: 'key.unknown', message, place: 'flags', ...hint });
  };
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at]!;
    const match = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(argument);
    if (match === null) {
      report(`Unexpected argument "${argument}"; flags are written --name value`);
      continue;
    }
    const [, negation, plain = '', inline] = match;
    const isNegative = negation !== undefined && keys.has(plain);
    const name = isNegative ? plain : `${negation ?? ''}${plain}`;
    const key = keys.get(name);
    if (key === undefined) {
      report(`Unknown flag "--${name}"`, suggest(name, keys.keys()));
      // What follows was meant for it.
      if (inline === undefined && argv[at + 1]?.startsWith('--') === false) at += 1;
      continue;
    }
    const isFlag = settingOf(key).type.isFlag === true;
    let given = inline;
    if (isNegative || (isFlag && given === undefined)) given = String(!isNegative);
    else if (given === undefined) {
      at += 1;
      given = argv[at];
    }
    const flag = `--${name}`;
    if (given === undefined || given === '') {
      const { expected } = settingOf(key).type;
      const message = `${flag} needs a value: ${expected}`;
      problems.push({ severity: 'error', code: 'value.missing', message, place: 'flags', expected });
    } else if (isNegative && !isFlag) report(`${flag} is not switched off; leave it out`);
    else take(layer, key, given, { name: flag, place: 'flags', source: `flag ${flag}` }, problems);
  }
  return layer;
}

interface Origin {
  readonly name: string;
  readonly place: string;
  readonly source: string;
}

function take(
  layer: SettingLayer,
  key: SettingKey,
  given: string,
  { name, place, source }: Origin,
  problems: SettingProblem[],
): void {
  const { type } = settingOf(key);
  const checked = checkSettingValue(key, type.fromText(given), name);
  if ('value' in checked) {
    layer.set(key, { value: checked.value, source });
    return;
  }
  const suggestion = type.values === undefined ? undefined : suggest(given, type.values);
  problems.push({ severity: 'error', ...checked, place, ...(suggestion === undefined ? {} : { suggestion }) });
}

function isSet(environment: Environment, name: string): boolean {
  return Object.hasOwn(environment, name) && (environment[name] ?? '') !== '';
}
