import { directRunId } from '@compozy/core';
import type { Project } from '@compozy/core/loader';
import { CommandExit, EXIT } from './exit-code.js';
import { unknownName } from './unknown-name.js';

/** The workflow that was named, or the only one. With `withTasks` it may be a task that runs alone: `task:<id>`. */
export function chooseWorkflow(
  project: Project,
  given: string | undefined,
  { withTasks = false }: { readonly withTasks?: boolean } = {},
): string {
  const known = [...project.workflows.keys()];
  if (given === undefined && known.length === 1) return known[0]!;
  if (withTasks) known.push(...[...project.tasks.keys()].map((id) => directRunId('task', id)));
  if (given !== undefined) {
    if (known.includes(given)) return given;
    throw unknownName(`Config.UnknownWorkflow: Project "${project.name}" has no workflow`, given, known);
  }
  const list = known.map((id) => `"${id}"`).join(', ');
  throw new CommandExit(
    EXIT.usage,
    known.length === 0 ? 'The project has no workflow' : `Name one of the workflows ${list}`,
  );
}
