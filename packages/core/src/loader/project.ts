import type { JsonObject } from '../model/json.js';
import type { Plan, ToolDefinition } from '../model/plan.js';
import type { Diagnostic } from '../schema/diagnostics.js';
import type { ResourceList } from './resource-registry.js';

/** How the tools of a project are run. */
export interface RuntimeSettings {
  readonly type: 'node' | 'bun';
  /** Absolute path. */
  readonly entrypoint?: string;
  readonly permissions: readonly string[];
  /** For tools that set no `timeout`. */
  readonly toolExecutionTimeoutMs: number;
  readonly maxMemoryMb?: number;
}

/** A project whose every file was checked. */
export interface Project {
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly config: RuntimeSettings;
  /** The compiled plans by workflow id. */
  readonly workflows: ReadonlyMap<string, Plan>;
  /** The compiled plans of the tasks that stand in files of their own, and can run alone, by task id. */
  readonly tasks: ReadonlyMap<string, Plan>;
  /** What `.env` shows: the project's `.env` file and the texts of its `env:` block. Printing it shows names only. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The part of `secrets` that is none: listed under `public_env`, or written in the project file. */
  readonly publicEnv: Readonly<Record<string, string>>;
  /** Tools that the project file or a file of `autoload` describes. */
  readonly tools: Readonly<Record<string, ToolDefinition>>;
  /** Everything that its files define, as they say it. */
  readonly resources: ResourceList;
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of every file that was read or looked for. */
  readonly files: readonly string[];
  /**
   * This project with more definitions, each as if it stood in a file of its own. Those that it has already count once.
   *
   * @throws DiagnosticsError (`Config.Invalid`) with every problem; places are those of the definition as YAML.
   */
  extend(resources: ResourceList): Project;
  /**
   * The plan of one task, written as in YAML, that may use what the project defines, and what `workflowId` defines too.
   * Where it leads is not checked. The same definition gives the same plan.
   *
   * @throws DiagnosticsError (`Config.Invalid`), `Config.UnknownWorkflow`.
   */
  compileTask(task: JsonObject, workflowId?: string): Plan;
}
