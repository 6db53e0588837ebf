import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../model/json.js';
import type { TimeoutKind } from '../model/policy.js';
import type { Status } from '../model/task.js';
import type { Trigger } from '../protocol/run-input.js';

/** One thing that happens to a run. A path names a task as `--json` does: `process[3]`. */
export type ScenarioStep =
  | { readonly complete: string; readonly result?: Json; readonly attempts?: number }
  | { readonly fail: string; readonly code?: string; readonly message?: string; readonly attempts?: number }
  | { readonly lose: string; readonly kind?: TimeoutKind }
  | { readonly deadline: string }
  | { readonly signal: string; readonly payload?: Json; readonly id?: string }
  | { readonly pause: true }
  | { readonly resume: true }
  | { readonly cancel: true };

/** A story about the language, told once and run twice: by the machine alone, and on a Temporal server. */
export interface Scenario {
  readonly file: string;
  /** Ids of the rules that it shows (`D-21`). */
  readonly rules: readonly string[];
  readonly title: string;
  /** The workflow, or the text of its file where the text matters. */
  readonly workflow: JsonObject | string;
  /** Further files of the project, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly tools?: readonly JsonObject[];
  readonly project?: JsonObject;
  /** Content of the project's `.env` file. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Json;
  readonly trigger?: Trigger;
  readonly start?: string;
  readonly steps: readonly ScenarioStep[];
  readonly expect: {
    readonly status: Status;
    readonly output?: Json;
    /** A part of the run's error. */
    readonly error?: JsonObject;
    /** A part of each named task's view. */
    readonly tasks?: Readonly<Record<string, JsonObject>>;
    /** Inputs that reached the tools, by task path, after late templates and defaults. */
    readonly toolInputs?: Readonly<Record<string, Json>>;
    /** Environments of the tools, by task path. */
    readonly toolEnvs?: Readonly<Record<string, Json>>;
    /** Every warning of the loader: `key.ignored: "strategy" …`. */
    readonly warnings?: readonly string[];
  };
}

export async function readScenario(file: string): Promise<Scenario> {
  const document = parse(await readFile(file, 'utf8')) as Omit<Scenario, 'file' | 'steps'> & { steps?: ScenarioStep[] };
  return { ...document, file, steps: document.steps ?? [] };
}
