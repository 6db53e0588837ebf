import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { loadProject, type Project } from '../loader/index.js';
import type { JsonObject } from '../model/json.js';
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
    const text = typeof scenario.workflow === 'string' ? scenario.workflow : stringify(scenario.workflow);
    await writeFile(path.join(dir, 'workflow.yaml'), text);
    for (const [name, content] of Object.entries(scenario.files ?? {})) {
      await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
      await writeFile(path.join(dir, name), content);
    }
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
      workflowId: String((parse(text) as JsonObject)['id']),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
