import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '@compozy/core/testing';
import { RULES, UNCITED_RULES } from './rules.js';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('src/**/scenarios/*.yaml', { cwd: root }).toSorted();
const scenarios = await Promise.all(
  files.map(async (file) => ({ file, scenario: await readScenario(path.join(root, file)) })),
);
const cited = new Set(scenarios.flatMap(({ scenario }) => scenario.rules));

describe('rules of the language', () => {
  it('are each shown by a scenario, but for those that are listed', () => {
    const uncited = Object.keys(RULES).filter((rule) => !cited.has(rule));
    expect(uncited).toEqual(UNCITED_RULES);
  });

  it('are shown by at least 150 scenarios', () => {
    expect(files.length).toBeGreaterThanOrEqual(150);
  });

  it.each(scenarios)('are cited rightly by $file, which has a title of its own', ({ scenario }) => {
    expect(scenario.title).toMatch(/\w.* .*\w/);
    expect(scenario.rules).not.toEqual([]);
    expect(scenario.rules.filter((rule) => RULES[rule] === undefined)).toEqual([]);
    expect(scenario.rules).toEqual([...new Set(scenario.rules)]);
    expect(scenarios.filter((other) => other.scenario.title === scenario.title)).toHaveLength(1);
  });
});
