import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection } from '@temporalio/worker';
import { createScenarioProject, readScenario, runScenario, type Scenario } from '@compozy/core/testing';
import { bundleWorkflows } from '@compozy/worker';
import { tracedWorkflowsPath } from '@compozy/workflows/testing';
import { runScenarioOnServer, type ScenarioServer } from '../run-scenario-on-server.js';
import { describeRun, stopHalfway, traceText } from './describe-run.js';
import { listRecordings, readScenarioHash, removeRecording, writeRecording, type Recording } from './recording.js';
import { listScenarioFiles, scenarioHash, type ScenarioFile } from './scenario-files.js';

export interface RecordCorpusOptions {
  /** Folder below which the scenarios are. */
  readonly scenarios: string;
  /** Folder of the recordings. */
  readonly corpus: string;
  /** A Temporal server; asked for only when there is something to record. */
  readonly server: () => Promise<{ readonly address: string; readonly namespace: string }>;
  /** Which of those that have a good recording are recorded anew. */
  readonly again: (name: string) => boolean;
  /** How many scenarios run at a time. */
  readonly jobs: number;
  readonly log: (line: string) => void;
}

export interface CorpusReport {
  readonly recorded: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  readonly failed: readonly string[];
}

interface Task extends ScenarioFile {
  readonly scenario: Scenario;
}

/**
 * Makes the corpus fit the scenarios: records those without a recording of today's story, removes recordings of
 * scenarios that are gone. Each recording is written as soon as it is made, so that a second call goes on where an
 * interrupted one stopped. A scenario that does not run as in the machine alone is left without a recording.
 */
export async function recordCorpus(options: RecordCorpusOptions): Promise<CorpusReport> {
  const { corpus, log } = options;
  await mkdir(corpus, { recursive: true });
  const files = await listScenarioFiles(options.scenarios);
  const names = new Set(files.map(({ name }) => name));
  const removed = (await listRecordings(corpus)).filter((name) => !names.has(name));
  for (const name of removed) {
    await removeRecording(corpus, name);
    log(`removed  ${name}`);
  }

  const due: Task[] = [];
  for (const { name, file } of files) {
    const scenario = await readScenario(file);
    const current = (await readScenarioHash(corpus, name)) === scenarioHash(scenario);
    if (current && !options.again(name)) continue;
    // Taken away first, so that after an interruption it is known which ones are still due.
    await removeRecording(corpus, name);
    due.push({ name, file, scenario });
  }
  const dueNames = new Set(due.map(({ name }) => name));
  const kept = [...names].filter((name) => !dueNames.has(name));
  const failed = due.length === 0 ? [] : await recordAll(due, options);
  return { recorded: [...dueNames].filter((name) => !failed.includes(name)), kept, removed, failed };
}

async function recordAll(due: readonly Task[], options: RecordCorpusOptions): Promise<readonly string[]> {
  const { address, namespace } = await options.server();
  const cache = await mkdtemp(path.join(tmpdir(), 'compozy-bundle-'));
  const connection = await NativeConnection.connect({ address });
  const failed: string[] = [];
  const queue = [...due];
  try {
    const server = { connection, namespace, codePath: await bundleWorkflows(tracedWorkflowsPath, cache) };
    await Promise.all(
      Array.from({ length: options.jobs }, async () => {
        for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
          try {
            const recording = await record(task, server);
            await writeRecording(options.corpus, task.name, recording);
            options.log(`recorded ${task.name}`);
          } catch (error) {
            failed.push(task.name);
            options.log(`FAILED   ${task.name}: ${error instanceof Error ? error.message : String(error)}`);
          }
        }
      }),
    );
  } finally {
    await connection.close();
    await rm(cache, { recursive: true, force: true });
  }
  return failed.toSorted();
}

async function record({ scenario }: Task, server: ScenarioServer): Promise<Recording> {
  await using project = await createScenarioProject(scenario);
  const pure = await runScenario(scenario, project);
  const { trace, history } = await runScenarioOnServer(scenario, project, pure, server);
  const texts = describeRun(pure);
  checkSame(texts.trace, traceText(trace));
  return {
    ...texts,
    scenario: scenarioHash(scenario),
    history: toStoredHistory(history),
    halfway: stopHalfway(pure),
  };
}

/** Stacks tell where the checkout stood, and no workflow reads them. */
function toStoredHistory(history: unknown): unknown {
  const text = historyToJSON(history as Parameters<typeof historyToJSON>[0]);
  return JSON.parse(text, (key, value) => (key === 'stackTrace' ? undefined : value));
}

function checkSame(machine: string, server: string): void {
  const expected = machine.split('\n');
  const found = server.split('\n');
  const step = expected.findIndex((line, index) => line !== found[index]);
  if (step === -1) return;
  throw new Error(
    `the run on the server is not that of the machine, from step ${step} on\n  machine: ${expected[step]}\n  server:  ${found[step] ?? 'nothing'}`,
  );
}
