import { USE } from '../tasks/task-fields.js';
import type { CheckedTask } from './checked-task.js';
import { expectedIds } from './schema-table.js';
import { isRecord, type Path } from './source-document.js';
import { compileTool } from './tool-table.js';
import type { WorkflowScope } from './workflow-scope.js';
import { suggest } from './suggest.js';

export interface ToolChoice {
  /** In `tools` of the plan; `undefined` after reporting why there is none. */
  readonly key: string | undefined;
}

const NO_TOOL: ToolChoice = { key: undefined };

/** D-3 and D-30: the one executor that a task names. Only tools run yet. */
export function findTool(checked: CheckedTask, workflow: WorkflowScope): ToolChoice {
  const { path, document: task } = checked;
  const { document: source, options } = workflow;
  const named = USE.exec(task.use ?? '');
  const uses = { tool: task.tool !== undefined, agent: task.agent !== undefined, use: named !== null };
  const keys = (['tool', 'agent', 'use'] as const).filter((key) => uses[key]);
  if (keys.length > 1) {
    const message = `A task has one executor; this one has ${keys.map((key) => `"${key}"`).join(' and ')}`;
    options.reporter.report(source, 'value.conflict', message, {
      path: [...path, keys[1]!],
      at: 'key',
      expected: 'one of "tool", "agent", "use"',
    });
    return NO_TOOL;
  }
  const agentKey = task.agent !== undefined ? 'agent' : named?.[1] === 'agent' ? 'use' : undefined;
  const modelKey =
    agentKey ??
    (keys.length === 0 ? (['action', 'prompt'] as const).find((key) => task[key] !== undefined) : undefined);
  if (modelKey !== undefined) {
    const message = 'Tasks that call a model are not supported yet; only tools are';
    options.reporter.report(source, 'feature.unsupported', message, {
      path: [...path, modelKey],
      at: 'key',
      expected: 'a tool',
    });
    return NO_TOOL;
  }
  for (const key of ['action', 'prompt'] as const) {
    if (keys.length === 0 || task[key] === undefined) continue;
    options.reporter.report(source, 'value.conflict', `A task with a tool has no "${key}"`, {
      path: [...path, key],
      at: 'key',
    });
  }
  if (named !== null) return byId(named[2]!, [...path, 'use'], workflow);
  if (typeof task.tool === 'string') return byId(task.tool, [...path, 'tool'], workflow);
  if (isRecord(task.tool)) {
    const { id } = task.tool;
    const isReference = typeof id === 'string' && Object.keys(task.tool).length === 1;
    return isReference ? byId(id, [...path, 'tool', 'id'], workflow) : inline(checked, workflow);
  }
  // A wrong executor was reported where it stands; nothing at all is reported here.
  if (!workflow.hasProblemAt([...path, 'tool'], [...path, 'use'], [...path, 'agent'])) {
    const expected = '"tool", or "use"';
    const subject = task.id === undefined ? 'The task' : `Task "${task.id}"`;
    options.reporter.report(source, 'value.missing', `${subject} needs something to run: ${expected}`, {
      path,
      expected,
    });
  }
  return NO_TOOL;
}

function byId(id: string, path: Path, workflow: WorkflowScope): ToolChoice {
  const { document: source, options } = workflow;
  if (id.startsWith('cp__')) {
    options.reporter.report(source, 'feature.unsupported', `The built-in tool "${id}" is not supported yet`, { path });
    return NO_TOOL;
  }
  const { functions } = workflow.project;
  if (workflow.tools[id] !== undefined) {
    if (!workflow.toolsAreUncertain) functions.checkCalled(source, path, id, options.reporter);
    return { key: id };
  }
  if (functions.mayHave(id) || workflow.toolsAreUncertain) {
    workflow.addTool(id, { id });
    return { key: id };
  }
  const candidates = [...new Set([...Object.keys(workflow.tools), ...functions.ids])];
  options.reporter.report(source, 'reference.unknown-tool', `There is no tool "${id}"`, {
    path,
    expected: expectedIds(candidates),
    suggestion: suggest(id, candidates),
  });
  return NO_TOOL;
}

function inline({ path, document: task }: CheckedTask, workflow: WorkflowScope): ToolChoice {
  const definition = compileTool(workflow.document, [...path, 'tool'], workflow.options, workflow.schemas);
  if (definition === undefined) return NO_TOOL;
  const { document: source, options, project } = workflow;
  project.functions.checkCalled(source, [...path, 'tool', 'id'], definition.id, options.reporter);
  // The plan's key is free; the definition keeps the id of the function that is called.
  const key = workflow.tools[definition.id] === undefined ? definition.id : `${definition.id}@${task.id ?? ''}`;
  workflow.addTool(key, definition);
  return { key };
}
