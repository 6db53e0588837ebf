import type { ToolDefinition } from '../model/plan.js';
import type { OptionsDocument } from '../tasks/document-fields.js';
import type { CheckOptions } from './check-document.js';
import type { CheckedTask } from './checked-task.js';
import type { SchemaTable } from './schema-table.js';
import type { MemoryTable } from './memory-table.js';
import type { Path, SourceDocument } from './source-document.js';
import type { ToolFunctions } from './tool-functions.js';
import type { ToolTable } from './tool-table.js';
import type { WebhookSlugs } from './webhook-slugs.js';

/** What the workflows of a project share. */
export interface ProjectScope {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly config: Partial<OptionsDocument> | undefined;
  /** `env:` of the project. */
  readonly env: Readonly<Record<string, string>>;
  /** Values that `public_env` allows in a plan. */
  readonly publicEnv: Readonly<Record<string, string>>;
  /** Names that `.env` has. */
  readonly envNames: ReadonlySet<string>;
  /** Those of `envNames` whose value is the empty text. */
  readonly emptyEnv: ReadonlySet<string>;
  readonly tools: ToolTable;
  readonly schemas: SchemaTable;
  readonly memories: MemoryTable;
  readonly webhookSlugs: WebhookSlugs;
  readonly functions: ToolFunctions;
}

/** One workflow file while it is compiled. */
export interface WorkflowScope {
  readonly project: ProjectScope;
  readonly document: SourceDocument;
  readonly options: CheckOptions;
  readonly schemas: SchemaTable;
  readonly memories: MemoryTable;
  /** By their key in the plan. */
  readonly tools: Readonly<Record<string, ToolDefinition>>;
  /** Some definition could not be read. */
  readonly toolsAreUncertain: boolean;
  addTool(key: string, tool: ToolDefinition): void;
  addNested(child: CheckedTask, parent: CheckedTask): void;
  /** Whether something stands at one of `paths` in the file: then it was reported there. */
  hasProblemAt(...paths: readonly Path[]): boolean;
}
