import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProject, type LoadOptions } from '@compozy/core/loader';
import type { Plan } from '@compozy/core';

export interface TempProject extends AsyncDisposable {
  readonly dir: string;
}

/** A project on disk; `compozy.yaml` is made up unless it is given. */
export async function createTempProject(files: Readonly<Record<string, string | Uint8Array>>): Promise<TempProject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-project-'));
  const all = { 'compozy.yaml': PROJECT, ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

const PROJECT = `name: demo
workflows:
  - source: ./workflow.yaml
tools:
  - id: fetch
  - id: store
`;

/** The plan of the one workflow that `workflow` describes. */
export async function loadPlan(
  workflow: string,
  files: Readonly<Record<string, string>> = {},
  options: LoadOptions = {},
): Promise<Plan> {
  await using project = await createTempProject({ 'workflow.yaml': workflow, ...files });
  const { workflows } = await loadProject(project.dir, options);
  return [...workflows.values()][0]!;
}
