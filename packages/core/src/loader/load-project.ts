import path from 'node:path';
import { parseDuration } from '../tasks/parse-duration.js';
import type { CheckOptions } from '../schema/check-document.js';
import { checkProjectDocument, type CheckedProject } from '../schema/compile-project.js';
import { DiagnosticsError, type Diagnostic, type DiagnosticCode } from '../schema/diagnostics.js';
import { createReporter, type Reporter, type ReportOptions } from '../schema/reporter.js';
import type { Place, SourceDocument } from '../schema/source-document.js';
import { assembleProject, type ProjectRuntime } from './assemble-project.js';
import { parseDotenv } from './parse-dotenv.js';
import type { Project, RuntimeSettings } from './project.js';
import { readAutoload } from './read-autoload.js';
import { isOutside, readProjectFile, type NamedAt } from './read-project-file.js';
import { scanEntrypoint } from './scan-entrypoint.js';
import { parseYamlDocument } from './yaml-document.js';

const PROJECT_FILE = 'compozy.yaml';
const ENV_FILE = '.env';
const DEFAULT_TOOL_TIMEOUT_MS = 60_000;
const DEFAULT_PERMISSIONS: readonly string[] = ['--allow-read'];

export interface LoadOptions {
  /**
   * The environment of the process. Its values win over those of the `.env` file, and it gives the names under
   * `public_env` and those that `env:` blocks declare; nothing else of it is taken.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Unknown keys are warnings, as with `strict: false` in the project file. */
  readonly lenient?: boolean;
  /** Looks into an entrypoint, as `inspectEntrypoint` of `@compozy/tools` does. By default its source is read, which tells less. */
  readonly inspectEntrypoint?: InspectEntrypoint;
  /**
   * Ids of the tools that the host brings beside those of the entrypoint. When this is given, a task with any other tool
   * that the entrypoint does not export is an error; else one that is described somewhere is only warned of.
   */
  readonly hostTools?: readonly string[];
  /** Told where the settings of the application stand. What it reports is part of the report on the project. */
  readonly settings?: (file: SettingsFile) => void;
}

/** What can be told of an entrypoint without running it. Paths are absolute. */
export type InspectEntrypoint = (dir: string, entrypoint: string) => Promise<EntrypointReport>;

export interface EntrypointReport {
  /** Ids of the tools that it exports, or `undefined` when that cannot be told. */
  readonly tools: readonly string[] | undefined;
  /** Why it cannot be loaded. */
  readonly problems: readonly EntrypointProblem[];
}

export interface EntrypointProblem {
  readonly message: string;
  readonly suggestion?: string;
  /** The file, relative to the project, and where in it; by default, the place that names the entrypoint. */
  readonly at?: Place & { readonly file: string };
}

/** The files that hold settings of the application beside the project's own (D-4). */
export interface SettingsFile {
  /** `compozy.yaml` */
  readonly document: Pick<SourceDocument, 'value' | 'written' | 'keyPlace' | 'valuePlace'>;
  /** The `.env` file. */
  readonly env: Readonly<Record<string, string>>;
  /** Unknown keys are warnings. */
  readonly lenient: boolean;
  /** Reports a problem in `compozy.yaml`. */
  report(code: DiagnosticCode, message: string, options: ReportOptions): void;
}

export interface ProjectCheck {
  /** Every error and warning of every file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Present when there is no error. */
  readonly project?: Project;
  readonly files: readonly string[];
}

/**
 * The project in the folder `dir`, checked and compiled.
 *
 * @throws DiagnosticsError (`Config.Invalid`) with every problem of every file.
 */
export async function loadProject(dir: string, options: LoadOptions = {}): Promise<Project> {
  const { diagnostics, project } = await checkProject(dir, options);
  if (project === undefined) throw new DiagnosticsError(diagnostics);
  return project;
}

/** As {@link loadProject}, for problems that are to be shown: it does not throw because of them. */
export async function checkProject(dir: string, options: LoadOptions = {}): Promise<ProjectCheck> {
  const root = path.resolve(dir);
  const reporter = createReporter();
  const files: string[] = [];
  const project = await load(root, reporter, files, options);
  const diagnostics = reporter.diagnostics();
  if (project === undefined || reporter.errors > 0) return { diagnostics, files };
  return { diagnostics, files, project: { ...project, warnings: diagnostics } };
}

async function load(
  dir: string,
  reporter: Reporter,
  files: string[],
  options: LoadOptions,
): Promise<Project | undefined> {
  const check: CheckOptions = { reporter, lenient: options.lenient === true };
  const source = await readDocument(dir, PROJECT_FILE, reporter, files);
  const envFile = await readSecrets(dir, reporter, files);
  if (source === undefined) return undefined;
  const checked = checkProjectDocument(source, check);
  options.settings?.({
    document: source,
    env: envFile,
    lenient: checked.options.lenient,
    report: (code, message, where) => reporter.report(source, code, message, where),
  });
  const workflows = await readWorkflows(dir, checked, files);
  const autoloaded = await readAutoload(checked, {
    dir,
    taken: [PROJECT_FILE, ...sourcesOf(checked)].map((file) => path.resolve(dir, file)),
    read: (file, own) => readDocument(dir, file, own, files),
  });
  const runtime = await readRuntime(dir, checked, files, options);
  const { environment = {} } = options;
  return assembleProject({ dir, checked, workflows, autoloaded, envFile, environment, runtime, files });
}

async function readDocument(
  dir: string,
  name: string,
  reporter: Reporter,
  files: string[],
  namedAt?: NamedAt,
): Promise<SourceDocument | undefined> {
  files.push(path.resolve(dir, name));
  const file = await readProjectFile(dir, name, { reporter, ...(namedAt === undefined ? {} : { namedAt }) });
  return file === undefined ? undefined : parseYamlDocument(file.file, file.text, reporter);
}

async function readSecrets(dir: string, reporter: Reporter, files: string[]): Promise<Record<string, string>> {
  files.push(path.resolve(dir, ENV_FILE));
  const file = await readProjectFile(dir, ENV_FILE, { reporter, optional: true });
  return file === undefined ? {} : parseDotenv(file.file, file.text, reporter);
}

function sourcesOf({ document }: CheckedProject): readonly string[] {
  return (document.workflows ?? []).flatMap((workflow) => workflow?.source ?? []);
}

async function readWorkflows(
  dir: string,
  { source, document, options }: CheckedProject,
  files: string[],
): Promise<SourceDocument[]> {
  const documents: SourceDocument[] = [];
  const seen = new Map<string, number>();
  for (const [index, workflow] of (document.workflows ?? []).entries()) {
    const name = workflow?.source;
    if (name === undefined) continue;
    const where = ['workflows', index, 'source'];
    const absolute = path.resolve(dir, name);
    const first = seen.get(absolute);
    if (first !== undefined) {
      const { line } = source.valuePlace(['workflows', first, 'source']);
      options.reporter.report(source, 'id.duplicate', `The file "${name}" is listed already, on line ${line}`, {
        path: where,
      });
      continue;
    }
    seen.set(absolute, index);
    const read = await readDocument(dir, name, options.reporter, files, { target: source, options: { path: where } });
    if (read !== undefined) documents.push(read);
  }
  return documents;
}

async function readRuntime(
  dir: string,
  { source, document, options }: CheckedProject,
  files: string[],
  { inspectEntrypoint, hostTools }: LoadOptions,
): Promise<ProjectRuntime> {
  const { runtime = {} } = document;
  const settings: RuntimeSettings = {
    type: runtime.type ?? 'node',
    ...(runtime.entrypoint === undefined ? {} : { entrypoint: path.resolve(dir, runtime.entrypoint) }),
    permissions: (runtime.permissions ?? DEFAULT_PERMISSIONS).map(String),
    toolExecutionTimeoutMs: milliseconds(runtime.tool_execution_timeout) || DEFAULT_TOOL_TIMEOUT_MS,
    ...(runtime.max_memory_mb === undefined ? {} : { maxMemoryMb: runtime.max_memory_mb }),
  };
  const base = { settings, ...(hostTools === undefined ? {} : { hostTools }) };
  const { entrypoint } = settings;
  if (entrypoint === undefined || runtime.entrypoint === undefined) return { ...base, exists: false, tools: undefined };
  // What is missing or broken is one problem, not one more for each of its tools.
  const broken = { ...base, exists: true, tools: undefined };
  files.push(entrypoint);
  const where = { path: ['runtime', 'entrypoint'] };
  const { reporter } = options;
  if (!isOutside(dir, entrypoint) && !/\.[cm]?[jt]s$/.test(entrypoint)) {
    reporter.report(
      source,
      'value.type',
      `The entrypoint "${runtime.entrypoint}" is no TypeScript or JavaScript file`,
      {
        ...where,
        expected: 'a path that ends with .ts, .mts, .js or .mjs',
      },
    );
    return broken;
  }
  const namedAt = { target: source, options: where };
  const file = await readProjectFile(dir, runtime.entrypoint, { reporter, namedAt });
  if (file === undefined) return broken;
  if (inspectEntrypoint === undefined) return { ...broken, tools: scanEntrypoint(file.text) };
  const { tools, problems } = await inspectEntrypoint(dir, entrypoint);
  for (const { message, suggestion, at } of problems) {
    const place: ReportOptions = at === undefined ? where : { at: { line: at.line, column: at.column } };
    reporter.report(at ?? source, 'tool.broken', message, { ...place, suggestion });
  }
  return { ...broken, tools: problems.length > 0 ? undefined : tools };
}

function milliseconds(limit: string | number | undefined): number | undefined {
  return typeof limit === 'string' ? parseDuration(limit) : limit;
}
