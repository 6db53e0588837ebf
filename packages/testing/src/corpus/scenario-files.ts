import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '@compozy/core';
import { canonicalJson, type Scenario } from '@compozy/core/testing';

export interface ScenarioFile {
  /** The folder of the recording, from the corpus: `collection/nested`. */
  readonly name: string;
  readonly file: string;
}

/** Every `<type>/scenarios/<name>.yaml` below a folder, by name. */
export async function listScenarioFiles(root: string): Promise<readonly ScenarioFile[]> {
  const paths = await readdir(root, { recursive: true });
  return paths
    .map((found) => found.replaceAll(path.sep, '/'))
    .flatMap((found) => {
      const [, type, name] = /^(.+)\/scenarios\/([^/]+)\.yaml$/.exec(found) ?? [];
      return type === undefined ? [] : [{ name: `${type}/${name}`, file: path.join(root, found) }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Changes with everything that a run of the scenario depends on; not with its title, rules and expectations. */
export function scenarioHash(scenario: Scenario): string {
  const { file: _file, title: _title, rules: _rules, expect: _expect, ...story } = scenario;
  return createHash('sha256')
    .update(canonicalJson(story as unknown as Json))
    .digest('hex');
}
