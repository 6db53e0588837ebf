import { stringify } from 'yaml';
import { CompozyError } from '../errors/compozy-error.js';
import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { AutoloadedFile } from '../schema/check-resources.js';
import {
  checkProjectDocument,
  compileProject,
  type CheckedProject,
  type CompiledProject,
} from '../schema/compile-project.js';
import { DiagnosticsError } from '../schema/diagnostics.js';
import { createReporter, type Reporter } from '../schema/reporter.js';
import { createToolFunctions } from '../schema/tool-functions.js';
import { listedResources, resourceTypes } from '../schema/resource-types.js';
import { isRecord, textAt, valueAt, type SourceDocument } from '../schema/source-document.js';
import { createTrial } from '../schema/trial.js';
import { cachedPlans } from './cached-plans.js';
import { declaredEnvNames } from './declared-env.js';
import type { Project, RuntimeSettings } from './project.js';
import type { Autoloaded } from './read-autoload.js';
import { createResourceRegistry, isSame, type ResourceDefinition, type ResourceList } from './resource-registry.js';
import { createSecretValues } from './secret-values.js';
import { parseYamlDocument } from './yaml-document.js';

export interface ProjectRuntime {
  readonly exists: boolean;
  /** What the entrypoint exports; `undefined` when that cannot be told. */
  readonly tools: readonly string[] | undefined;
  /** What the host brings; absent when nobody says what that is. */
  readonly hostTools?: readonly string[];
  readonly settings: RuntimeSettings;
}

/** Everything that was read of a project. */
export interface ProjectParts {
  readonly dir: string;
  readonly checked: CheckedProject;
  readonly workflows: readonly SourceDocument[];
  readonly autoloaded: Autoloaded;
  /** The `.env` file. */
  readonly envFile: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly runtime: ProjectRuntime;
  readonly files: readonly string[];
}

/** Parts of a workflow that say how it is started and how it ends, which are of no use to one task of it. */
const WORKFLOW_ONLY = ['triggers', 'schedule', 'outputs', 'input', 'tasks'];
const TASK_FILE = 'task';

/** Compiles a project. It may be used when nothing was reported as an error. */
export function assembleProject(parts: ProjectParts): Project {
  const { dir, checked, runtime, files } = parts;
  const { source } = checked;
  const compiled = compileParts(parts);
  const version = textAt(source, ['version']);
  const description = textAt(source, ['description']);
  const resources = listResources(parts);
  return {
    dir,
    name: checked.document.name ?? '',
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    config: runtime.settings,
    workflows: compiled.plans,
    tasks: compiled.tasks,
    secrets: createSecretValues(compiled.env),
    publicEnv: compiled.publicEnv,
    tools: compiled.tools,
    resources,
    warnings: [],
    files,
    extend: (more) => extend(parts, resources, more),
    compileTask: cachedPlans((task, workflowId) => compileTask(parts, task, workflowId)),
  };
}

function compileParts(parts: ProjectParts): CompiledProject {
  const { checked, workflows, autoloaded, runtime } = parts;
  const { exists: hasEntrypoint, tools: entrypointTools, hostTools } = runtime;
  const functions = createToolFunctions({ hasEntrypoint, entrypointTools, hostTools });
  const secrets = withEnvironment(parts);
  return compileProject(checked, { workflows, autoloaded, secrets, functions });
}

function withEnvironment({ checked, workflows, autoloaded, envFile, environment }: ProjectParts) {
  const { source, document } = checked;
  const documents = [source, ...workflows, ...autoloaded.files.map((file) => file.source)];
  const names = [...Object.keys(envFile), ...(document.public_env ?? []).map(String), ...declaredEnvNames(documents)];
  const values: Record<string, string> = { ...envFile };
  for (const name of names) {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The same parts, to be checked anew: what was reported of them was reported. */
function recheck(parts: ProjectParts, reporter: Reporter): ProjectParts {
  const { source, options } = parts.checked;
  const again = (file: AutoloadedFile): AutoloadedFile => ({
    source: file.source,
    trial: createTrial(reporter, parts.checked.document.autoload?.strict === true),
  });
  return {
    ...parts,
    checked: checkProjectDocument(source, { reporter, lenient: options.lenient }),
    autoloaded: { ...parts.autoloaded, files: parts.autoloaded.files.map(again) },
  };
}

function extend(parts: ProjectParts, known: ResourceList, more: ResourceList): Project {
  const reporter = createReporter();
  const again = recheck(parts, reporter);
  const added = more.list().flatMap((definition): AutoloadedFile[] => {
    const { resource, id } = definition;
    const same = known.get(resource, id);
    if (same !== undefined && isSame(same, definition)) return [];
    const name = `${resource} "${id}"`;
    reporter.open(name);
    const document = toDocument(name, definition, reporter);
    // A mistake in what somebody gave is never left out.
    return document === undefined ? [] : [{ source: document, trial: createTrial(reporter, true) }];
  });
  const { files, isComplete } = again.autoloaded;
  const extended = { ...again, autoloaded: { files: [...files, ...added], isComplete } };
  const project = assembleProject(extended);
  if (reporter.errors > 0) throw new DiagnosticsError(reporter.diagnostics());
  return { ...project, warnings: reporter.diagnostics() };
}

function compileTask(parts: ProjectParts, task: JsonObject, workflowId: string | undefined): Plan {
  const reporter = createReporter();
  const again = recheck(parts, createReporter());
  const definition: JsonObject = {
    ...(workflowId === undefined ? { id: TASK_FILE } : definitionsOf(parts, workflowId)),
    tasks: [{ id: TASK_FILE, ...task }],
  };
  const document = toDocument(TASK_FILE, definition, reporter);
  const { options } = again.checked;
  const { plans } =
    document === undefined
      ? { plans: new Map<string, Plan>() }
      : compileParts({
          ...again,
          checked: { ...again.checked, options: { ...options, isOpenEnded: true } },
          workflows: [document],
        });
  const problems = [...reporter.diagnostics(), ...options.reporter.diagnostics()].filter(
    ({ file, severity }) => file === TASK_FILE && severity === 'error',
  );
  if (problems.length > 0) throw new DiagnosticsError(problems);
  return [...plans.values()].find(({ file }) => file === TASK_FILE)!;
}

/** What a workflow defines for its tasks. */
function definitionsOf({ workflows, autoloaded }: ProjectParts, workflowId: string): JsonObject {
  const documents = [...workflows, ...autoloaded.files.map(({ source }) => source)];
  const ids = documents.flatMap(({ value }) => (isWorkflow(value) ? [String(value['id'])] : []));
  const found = documents.find(({ value }) => isWorkflow(value) && value['id'] === workflowId);
  if (found === undefined) {
    const list = ids.length === 0 ? 'none' : ids.map((id) => `"${id}"`).join(', ');
    throw new CompozyError('Config.UnknownWorkflow', `There is no workflow "${workflowId}"; there are ${list}`);
  }
  const { config, ...rest } = found.value as JsonObject;
  const kept = Object.entries(rest).filter(([key]) => !WORKFLOW_ONLY.includes(key));
  const { input: _input, ...options } = (config ?? {}) as JsonObject;
  return { ...Object.fromEntries(kept), ...(Object.keys(options).length === 0 ? {} : { config: options }) };
}

function isWorkflow(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && (value['resource'] === undefined || value['resource'] === 'workflow');
}

function toDocument(name: string, definition: JsonObject, reporter: Reporter): SourceDocument | undefined {
  return parseYamlDocument(name, stringify(definition), reporter);
}

function listResources({ checked: { source }, workflows, autoloaded }: ProjectParts): ResourceList {
  const found: ResourceDefinition[] = [];
  const add = (resource: ResourceDefinition['resource'], value: unknown): void => {
    if (!isRecord(value) || typeof value['id'] !== 'string') return;
    found.push({ ...(value as JsonObject), resource, id: value['id'] });
  };
  for (const [list, type] of listedResources) {
    const values = valueAt(source.value, [list]);
    for (const value of Array.isArray(values) ? (values as unknown[]) : []) add(type, value);
  }
  for (const { value } of workflows) add('workflow', value);
  for (const { source: file } of autoloaded.files) {
    const written = String(valueAt(file.value, ['resource'])).toLowerCase();
    const type = resourceTypes.find((known) => known === written);
    if (type !== undefined) add(type, file.value);
  }
  return firstOfEach(found);
}

/** Of two with one id, which the checks report, the first counts. */
function firstOfEach(found: readonly ResourceDefinition[]): ResourceList {
  const registry = createResourceRegistry();
  for (const definition of found) {
    const { resource, id } = definition;
    if (registry.get(resource, id) === undefined) registry.register(definition);
  }
  return registry;
}
