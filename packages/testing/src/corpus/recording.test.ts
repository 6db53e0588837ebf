import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '@compozy/core/testing';
import { listRecordings, readRecording, removeRecording, writeRecording, type Recording } from './recording.js';
import { scenarioHash } from './scenario-files.js';

const recording: Recording = {
  scenario: 'abc',
  history: { events: [{ eventId: '1' }] },
  plan: '{}\n',
  trace: '{"event":"start","commands":[]}\n',
  state: '{}\n',
  halfway: { state: { ended: false } as never, events: [] },
};

let corpus: string;

beforeAll(async () => {
  corpus = await mkdtemp(path.join(tmpdir(), 'compozy-corpus-'));
});

afterAll(async () => {
  await rm(corpus, { recursive: true, force: true });
});

describe('a recording', () => {
  it('is read as it was written', async () => {
    await writeRecording(corpus, 'basic/whole', recording);
    expect(await readRecording(corpus, 'basic/whole')).toEqual(recording);
  });

  it('has the same bytes each time it is written', async () => {
    const history = path.join(corpus, 'basic/twice/history.json.gz');
    await writeRecording(corpus, 'basic/twice', recording);
    const first = await readFile(history);
    await writeRecording(corpus, 'basic/twice', recording);
    expect(await readFile(history)).toEqual(first);
  });

  it('does not count when its writer was interrupted, but is listed, so that it can be removed', async () => {
    await writeRecording(corpus, 'basic/part', recording);
    await rm(path.join(corpus, 'basic/part/scenario.sha256'));
    expect(await readRecording(corpus, 'basic/part')).toBeUndefined();
    expect(await listRecordings(corpus)).toContain('basic/part');
    await removeRecording(corpus, 'basic/part');
    expect(await listRecordings(corpus)).not.toContain('basic/part');
  });
});

describe('scenarioHash', () => {
  const scenario: Scenario = {
    file: '/a/b.yaml',
    rules: ['D-1'],
    title: 'a title',
    workflow: { id: 'w', tasks: [] },
    steps: [{ complete: 'a' }],
    expect: { status: 'SUCCESS' },
  };

  it('stays with another file, title, rules, expectations and order of keys', () => {
    const { workflow: _workflow, ...rest } = scenario;
    const told = { ...rest, file: '/c.yaml', rules: [], title: 'other', expect: { status: 'FAILED' } as const };
    expect(scenarioHash({ ...told, workflow: { tasks: [], id: 'w' } })).toBe(scenarioHash(scenario));
  });

  it.each<Partial<Scenario>>([{ input: 1 }, { steps: [] }, { workflow: { id: 'v', tasks: [] } }, { env: { A: 'b' } }])(
    'changes with %j',
    (change) => {
      expect(scenarioHash({ ...scenario, ...change })).not.toBe(scenarioHash(scenario));
    },
  );
});
