import type { SettingType } from './setting-type.js';

/** One setting of the host program. `T` is what its effective value is. */
export interface Setting<T = unknown> {
  readonly type: SettingType<NonNullable<T>>;
  /** Variables of the environment; the first that is set wins. */
  readonly env: readonly string[];
  /** Of `compozy-worker`, without the dashes. */
  readonly flag?: string;
  readonly default?: NoInfer<T>;
  /** For the reference, where the default depends on something. */
  readonly defaultText?: string;
  /** One line for the reference. */
  readonly about: string;
  /** Its value is shown nowhere. */
  readonly secret?: true;
  /** A path: in `compozy.yaml` and `.env` from their folder, elsewhere from the working directory. */
  readonly isPath?: true;
  /** It decides which `compozy.yaml` is read, so it cannot stand there. */
  readonly outsideYaml?: true;
}

/** A setting that has a value always. */
export function required<T>(setting: Setting<T> & { readonly default: NoInfer<T> }): Setting<T> {
  return setting;
}

/** A setting that has no value unless somebody gives one. */
export function optional<T>(setting: Omit<Setting<T>, 'default'>): Setting<T | undefined> {
  return setting as Setting<T | undefined>;
}

export type ValueOf<S> = S extends Setting<infer T> ? T : never;
