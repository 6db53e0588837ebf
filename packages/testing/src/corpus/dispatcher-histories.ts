import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { zip } from './recording.js';
import type { RecordedHistory } from './replay-histories.js';

const SUFFIX = '.json.gz';

/** One for each Temporal run of a story: `<story>-<n>`, those that continued each other in their order. */
export async function readDispatcherHistories(corpus: string): Promise<readonly RecordedHistory[]> {
  const files = (await readdir(corpus)).filter((file) => file.endsWith(SUFFIX)).toSorted();
  return await Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -SUFFIX.length),
      history: JSON.parse(gunzipSync(await readFile(path.join(corpus, file))).toString('utf8')) as unknown,
    })),
  );
}

/** Instead of what the folder had. */
export async function writeDispatcherHistories(corpus: string, histories: readonly RecordedHistory[]): Promise<void> {
  await rm(corpus, { recursive: true, force: true });
  await mkdir(corpus, { recursive: true });
  for (const { name, history } of histories)
    await writeFile(path.join(corpus, `${name}${SUFFIX}`), zip(toStored(history)));
}

/** Without what tells of the checkout and the host: no workflow reads it. */
function toStored(history: unknown): unknown {
  const text = historyToJSON(history as Parameters<typeof historyToJSON>[0]);
  // The SDK's name for this process, in sticky queues as well.
  const named = text.replaceAll(`${process.pid}@${hostname()}`, 'recorder');
  return JSON.parse(named, (key, value: unknown) => (key === 'stackTrace' ? undefined : value));
}
