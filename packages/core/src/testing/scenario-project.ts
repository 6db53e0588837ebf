import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { loadProject, type Project } from '../loader/index.js';
import type { Scenario } from './scenario.js';

export interface ScenarioProject extends AsyncDisposable {
  readonly project: Project;
  readonly workflowId: string;
}

/** The scenario as a project on disk, loaded the way every project is. */
export async function createScenarioProject(scenario: Scenario): Promise<ScenarioProject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-scenario-'));
  const dispose = () => rm(dir, { recursive: true, force: true });
  try {
    await writeFile(path.join(dir, 'workflow.yaml'), stringify(scenario.workflow));
    const document = {
      name: 'scenario',
      workflows: [{ source: './workflow.yaml' }],
      tools: scenario.tools ?? [],
      ...scenario.project,
    };
    await writeFile(path.join(dir, 'compozy.yaml'), stringify(document));
    const env = Object.entries(scenario.env ?? {}).map(([name, value]) => `${name}=${value}`);
    await writeFile(path.join(dir, '.env'), `${env.join('\n')}\n`);
    return {
      project: await loadProject(dir),
      workflowId: String(scenario.workflow['id']),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
