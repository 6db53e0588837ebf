import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '@compozy/core';
import { createScenarioProject, readScenario, runScenario } from '@compozy/core/testing';
import {
  describeRun,
  listRecordings,
  listScenarioFiles,
  readRecording,
  replayHistories,
  resumeRun,
  scenarioHash,
  silenceTemporal,
  traceText,
  type Recording,
  type Replay,
} from '@compozy/testing/corpus';
import { bundleWorkflows } from '@compozy/worker';
import { tracedWorkflowsPath } from '@compozy/workflows/testing';

const packages = path.resolve(import.meta.dirname, '../..');
const corpus = path.join(packages, 'testing/corpus');
const scenarios = await listScenarioFiles(path.join(packages, 'core/src'));
const recordings = new Map<string, Recording>();

let cache: string;
let codePath: string;
let replays: ReadonlyMap<string, Replay>;

beforeAll(async () => {
  silenceTemporal();
  for (const name of await listRecordings(corpus)) {
    const recording = await readRecording(corpus, name);
    if (recording !== undefined) recordings.set(name, recording);
  }
  cache = await mkdtemp(path.join(tmpdir(), 'compozy-bundle-'));
  codePath = await bundleWorkflows(tracedWorkflowsPath, cache);
  replays = await replayHistories([...recordings].map(toHistory), { codePath });
});

afterAll(async () => {
  await rm(cache, { recursive: true, force: true });
});

describe('replay corpus', () => {
  it('has one recording for each scenario, of the story that it tells today', async () => {
    const today = await Promise.all(
      scenarios.map(async ({ name, file }) => [name, scenarioHash(await readScenario(file))] as const),
    );
    const recorded = [...recordings].map(([name, { scenario }]) => [name, scenario] as const);
    expect(Object.fromEntries(recorded), 'recordings do not fit the scenarios; run `pnpm corpus`').toEqual(
      Object.fromEntries(today),
    );
  });

  it.each(scenarios)('$name', async ({ name, file }) => {
    const recording = recordings.get(name);
    if (recording === undefined) throw new Error(`"${name}" has no recording; run \`pnpm corpus\``);
    const scenario = await readScenario(file);
    if (recording.scenario !== scenarioHash(scenario)) {
      throw new Error(`"${name}" was changed since it was recorded; run \`pnpm corpus\``);
    }

    // Today's code on yesterday's history.
    checkReplay(recording, replays.get(name)!);

    // Today's compiler and machine on the same story.
    await using project = await createScenarioProject(scenario);
    const today = describeRun(await runScenario(scenario, project));
    expect.soft(today.plan, 'the plan that the compiler makes').toBe(recording.plan);
    expect.soft(today.trace, 'the trace of the machine alone').toBe(recording.trace);
    expect.soft(today.state, 'the final state of the machine').toBe(recording.state);

    // Today's machine on yesterday's plan and on a state that yesterday's machine handed over.
    const plan = JSON.parse(recording.plan) as Plan;
    const resumed = describeRun({ plan, ...resumeRun(plan, recording.halfway) });
    const left = recording.trace.split('\n').slice(-1 - recording.halfway.events.length);
    expect.soft(resumed.trace, 'the trace of the resumed run').toBe(left.join('\n'));
    expect.soft(resumed.state, 'the final state of the resumed run').toBe(recording.state);
  });
});

describe('a planted change', () => {
  it('of what is asked of Temporal does not replay', async () => {
    const replay = await replayPlanted('tasks/basic/template-values', /activityId:\s*command\.key/g, '$& + "-changed"');
    expect(replay.error?.name).toBe('DeterminismViolationError');
    expect(() => checkReplay(recordings.get('tasks/basic/template-values')!, replay)).toThrow(/nondeterminism/i);
  });

  it('of the value of a template only replays, and differs from the recorded trace', async () => {
    const recording = recordings.get('tasks/basic/template-values')!;
    const replay = await replayPlanted(
      'tasks/basic/template-values',
      /function upperText\(text\)\s*\{/g,
      '$&return text.toLowerCase();',
    );
    expect(replay.error).toBeUndefined();
    expect(recording.trace).toContain('"ADA"');
    expect(traceText(replay.trace)).toBe(recording.trace.replaceAll('"ADA"', '"ada"'));
    expect(() => checkReplay(recording, replay)).toThrow('the trace of the replay');
  });
});

function toHistory([name, { history }]: readonly [string, Recording]) {
  return { name, history };
}

function checkReplay(recording: Recording, { trace, error }: Replay): void {
  if (error !== undefined) throw error;
  expect(traceText(trace), 'the trace of the replay').toBe(recording.trace);
}

/** Replays one recording with workflow code in which every match of `pattern`, of which there must be one, is replaced. */
async function replayPlanted(name: string, pattern: RegExp, replacement: string): Promise<Replay> {
  const code = await readFile(codePath, 'utf8');
  expect(code.match(pattern), 'the place of the planted change').toHaveLength(1);
  const planted = path.join(await mkdtemp(path.join(cache, 'planted-')), 'workflows.js');
  await writeFile(planted, code.replace(pattern, replacement));
  const replayed = await replayHistories([toHistory([name, recordings.get(name)!])], { codePath: planted });
  return replayed.get(name)!;
}
