import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { HalfwayRun, RunTexts } from './describe-run.js';

/** One scenario as it once ran. */
export interface Recording extends RunTexts {
  /** `scenarioHash` of the scenario that ran. */
  readonly scenario: string;
  /** JSON as `Worker.runReplayHistory` takes it. */
  readonly history: unknown;
  readonly halfway: HalfwayRun;
}

/** What is compared is text that can be read in a diff; what is only fed to the engine is compressed. */
const FILES = {
  history: 'history.json.gz',
  trace: 'trace.jsonl',
  state: 'state.json',
  plan: 'plan.json',
  halfway: 'halfway.json.gz',
  // Written last: a recording without it was interrupted, and does not count.
  scenario: 'scenario.sha256',
} as const;

/** Position of the byte in a gzip header that names the operating system. */
const GZIP_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/** Names of all recordings below a folder, complete or not. */
export async function listRecordings(corpus: string): Promise<readonly string[]> {
  const known = new Set<string>(Object.values(FILES));
  const paths = await readdir(corpus, { recursive: true });
  const folders = paths.filter((found) => known.has(path.basename(found))).map((found) => path.dirname(found));
  return [...new Set(folders)].map((folder) => folder.replaceAll(path.sep, '/')).toSorted();
}

/** `undefined` when there is none, or only a part of one. */
export async function readScenarioHash(corpus: string, name: string): Promise<string | undefined> {
  const text = await readFile(path.join(corpus, name, FILES.scenario), 'utf8').catch(() => undefined);
  return text?.trim();
}

/** `undefined` when there is none, or only a part of one. */
export async function readRecording(corpus: string, name: string): Promise<Recording | undefined> {
  const scenario = await readScenarioHash(corpus, name);
  if (scenario === undefined) return undefined;
  const text = (file: string) => readFile(path.join(corpus, name, file), 'utf8');
  const unzip = async (file: string): Promise<unknown> =>
    JSON.parse(gunzipSync(await readFile(path.join(corpus, name, file))).toString('utf8'));
  return {
    scenario,
    history: await unzip(FILES.history),
    trace: await text(FILES.trace),
    state: await text(FILES.state),
    plan: await text(FILES.plan),
    halfway: (await unzip(FILES.halfway)) as HalfwayRun,
  };
}

export async function writeRecording(corpus: string, name: string, recording: Recording): Promise<void> {
  const folder = path.join(corpus, name);
  await removeRecording(corpus, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, FILES.history), zip(recording.history));
  await writeFile(path.join(folder, FILES.halfway), zip(recording.halfway));
  await writeFile(path.join(folder, FILES.trace), recording.trace);
  await writeFile(path.join(folder, FILES.state), recording.state);
  await writeFile(path.join(folder, FILES.plan), recording.plan);
  await writeFile(path.join(folder, FILES.scenario), `${recording.scenario}\n`);
}

export async function removeRecording(corpus: string, name: string): Promise<void> {
  await rm(path.join(corpus, name), { recursive: true, force: true });
}

/** The same bytes on every system. */
export function zip(value: unknown): Buffer {
  const bytes = gzipSync(JSON.stringify(value), { level: 9 });
  bytes[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
  return bytes;
}
