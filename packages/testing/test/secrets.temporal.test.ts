import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, RunView } from '@compozy/core';
import { filesBelow, findSecrets, textsOf } from './secret-search.js';
import { startServerProject, until, type ServerProject } from './server-project.js';

const SECRETS = {
  TOKEN: 'tok-5f0c2d7b9e4a4c1d8e',
  SHORT: 'k9#!',
  QUOTED: 'he said "no" \\ then\nünïcödé 世界 <b>&',
  BASE64: 'QUJDREVGR0hJSktM',
  URL: 'p@ss/w%rd&x=1+2 #?',
};
const { TOKEN, SHORT, QUOTED, BASE64, URL: LINK } = SECRETS;

const dotenv = `TOKEN=${TOKEN}
SHORT="${SHORT}"
QUOTED=${JSON.stringify(QUOTED)}
BASE64=${BASE64}
URL='${LINK}'
REGION=eu-west-1
`;

const tools = (dir: string) => `
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
const forms = (secret) => [secret, JSON.stringify({ secret }), JSON.stringify(JSON.stringify(secret)), btoa(unescape(encodeURIComponent(secret))), btoa('user:' + unescape(encodeURIComponent(secret))), encodeURIComponent(secret), new URLSearchParams({ secret }).toString(), 'https://host/' + encodeURI(secret)];
export default {
  receive(input, _config, { env }) {
    const hash = createHash('sha256').update(JSON.stringify({ input, env })).digest('hex');
    appendFileSync(${JSON.stringify(path.join(dir, 'calls.log'))}, JSON.stringify({ hash }) + '\\n');
    return { received: true };
  },
  give: ({ secrets }) => ({
    plain: secrets, written: secrets.map(forms).flat(), deep: [{ [secrets[0]]: secrets[2] }], all: secrets.join(' and '),
    large: secrets.map((secret) => secret.repeat(4_000)),
  }),
  shout({ secrets }, _config, { logger }) {
    for (const secret of secrets) for (const form of forms(secret)) { console.log(form); console.error('on stderr: ' + form); logger.warn('by the logger', { form }); }
    return { shouted: true };
  },
  refuse({ secret }, _config, { env }) {
    const error = new Error('No entry with ' + secret + ' or ' + JSON.stringify(env), { cause: new Error('because of ' + secret) });
    throw Object.assign(error, { name: 'Named ' + secret, code: 'CODE ' + secret });
  },
  crash: ({ secret }) => { setTimeout(() => { throw new Error('Lost ' + secret); }, 1); return new Promise(() => {}); },
  misfit: ({ secret }) => ({ [secret]: { count: secret } }),
  async slow({ file, secret }) { while (readFileSync(file, 'utf8') === 'wait') await pause(20); return { secret }; },
};
`;

const list = '["{{ .env.TOKEN }}", "{{ .env.SHORT }}", "{{ .env.QUOTED }}", "{{ .env.BASE64 }}", "{{ .env.URL }}"]';
const defined = '{{ define \\"h\\" }}{{ printf \\"<%s>\\" .env.QUOTED }}{{ end }}{{ template \\"h\\" . }}';

const workflows: Readonly<Record<string, string>> = {
  receive: `tasks:
  - id: call
    tool: receive
    env: { KEY: "{{ .env.QUOTED }}" }
    with:
      text: "{{ .env.TOKEN }}"
      joined: "{{ .env.SHORT }} in {{ .env.REGION }}"
      map: { deep: { deeper: "{{ .env.QUOTED }}" } }
      list: ["{{ .env.BASE64 }}", ["{{ .env.URL }}"]]
      headers: { Authorization: "Bearer {{ .env.TOKEN }}" }
      defined: "${defined}"
      printed: '{{ printf "%s/%q" .env.SHORT .env.TOKEN }}'
      encoded: "{{ .env.QUOTED | b64enc }}"
      branch: '{{ if eq .env.TOKEN "x" }}no{{ else }}{{ with .env }}{{ .URL }}{{ end }}{{ end }}'
      data: "{{ .workflow.input.text }}"
`,
  each: `tasks:
  - id: all
    type: collection
    items: [1, 2]
    with: { shared: "{{ .env.SHORT }}" }
    task: { id: one, tool: receive, with: { headers: { Authorization: "Bearer {{ .env.TOKEN }}" }, n: "{{ .item }}" } }
`,
  give: `tasks:
  - { id: give, tool: give, with: { secrets: ${list} }, outputs: { first: "{{ index .output.plain 0 }}", all: "{{ .output }}" } }
  - { id: after, type: aggregate, outputs: { again: "{{ .tasks.give.output.first }}", context: "x {{ toJson . }}" } }
outputs: { first: "{{ .tasks.give.output.first }}", context: "x {{ toJson . }}" }
`,
  shout: `tasks: [{ id: shout, tool: shout, with: { secrets: ${list} } }]\n`,
  refuse: `tasks: [{ id: refuse, tool: refuse, retries: 1, with: { secret: "{{ .env.QUOTED }}" } }]\n`,
  crash: `tasks: [{ id: crash, tool: crash, retries: 0, with: { secret: "{{ .env.URL }}" } }]\n`,
  misfit: `tasks:
  - id: misfit
    tool: misfit
    with: { secret: "{{ .env.URL }}" }
    output: { type: object, additionalProperties: { type: object, properties: { count: { type: integer } } } }
`,
  late: `tasks: [{ id: late, tool: receive, with: { bad: "{{ fail .env.QUOTED }}" } }]\n`,
  unparsed: `tasks: [{ id: late, tool: receive, with: { bad: '{{ mustToDate "2006" .env.QUOTED }}' } }]\n`,
  slow: `tasks: [{ id: slow, tool: slow, with: { file: "{{ .workflow.input.file }}", secret: "{{ .env.TOKEN }}" } }]\n`,
};

let project: ServerProject;

beforeAll(async () => {
  project = await startServerProject((dir) => ({
    '.env': dotenv,
    release: 'wait',
    'compozy.yaml': `name: secrets
workflows: [${Object.keys(workflows).map((id) => `{ source: ./${id}.yaml }`)}]
public_env: [REGION]
env: { AUTH: "Bearer {{ .env.TOKEN }}" }
config: { retry_policy: { initial_interval: 10ms } }
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read, "--allow-write=${dir}"] }
tools:
  - { id: receive, env: { PAIR: "{{ .env.SHORT }}:{{ .env.AUTH }}" } }
  - { id: refuse, env: { TOKEN: "{{ .env.TOKEN }}", LONGER: "{{ .env.TOKEN }}{{ .env.QUOTED }}" } }
  - { id: give }
  - { id: shout }
  - { id: crash }
  - { id: misfit }
  - { id: slow }
`,
    'tools.ts': tools(dir),
    ...Object.fromEntries(Object.entries(workflows).map(([id, text]) => [`${id}.yaml`, `id: ${id}\n${text}`])),
  }));
});

afterAll(async () => {
  await project?.stop();
});

/** All that Temporal knows of a run, and what it answers. */
async function knownOf(workflowId: string, execId: string): Promise<readonly string[]> {
  const handle = project.worker.client.workflow.getHandle(`${workflowId}-${execId}`);
  const known = [await handle.fetchHistory(), await handle.describe()];
  for (const query of ['run.view', '__stack_trace', '__temporal_workflow_metadata'])
    known.push(await handle.query(query));
  return textsOf(known);
}

async function run(workflowId: string, input: Json = {}): Promise<{ view: RunView; known: readonly string[] }> {
  const handle = await project.worker.triggerWorkflow(workflowId, input);
  const view = await handle.result();
  return { view, known: [...(await knownOf(workflowId, handle.workflowExecId)), ...textsOf(view)] };
}

function expectNoSecret(place: string, texts: readonly string[]): void {
  expect(findSecrets(place, texts, SECRETS)).toEqual([]);
}

async function expectReceived(...values: readonly object[]): Promise<void> {
  const hashes = values.map((value) => createHash('sha256').update(JSON.stringify(value)).digest('hex'));
  const calls = await project.calls<{ hash: string }>();
  expect(
    calls
      .slice(-values.length)
      .map(({ hash }) => hash)
      .toSorted(),
  ).toEqual(hashes.toSorted());
}

describe('a secret of .env', () => {
  it('reaches the tool from every place of its input, and is nowhere in the run', async () => {
    const text = '{{ .env.TOKEN }} is not a template, because it is data';
    const { view, known } = await run('receive', { text });
    expect(view).toMatchObject({ status: 'SUCCESS', output: { call: { output: { received: true } } } });
    expectNoSecret('run', known);
    // The source stands there, so what was searched is what holds the input.
    expect(known.some((found) => found.includes('Bearer {{ .env.TOKEN }}'))).toBe(true);
    await expectReceived({
      input: {
        text: TOKEN,
        joined: `${SHORT} in eu-west-1`,
        map: { deep: { deeper: QUOTED } },
        list: [BASE64, [LINK]],
        headers: { Authorization: `Bearer ${TOKEN}` },
        defined: `<${QUOTED}>`,
        printed: `${SHORT}/"${TOKEN}"`,
        encoded: Buffer.from(QUOTED).toString('base64'),
        branch: LINK,
        data: text,
      },
      env: { AUTH: `Bearer ${TOKEN}`, KEY: QUOTED, PAIR: `${SHORT}:Bearer ${TOKEN}` },
    });
  });

  it('reaches the children of a collection', async () => {
    const { view, known } = await run('each');
    expect(view.status).toBe('SUCCESS');
    expectNoSecret('run', known);
    const env = { AUTH: `Bearer ${TOKEN}`, PAIR: `${SHORT}:Bearer ${TOKEN}` };
    const child = (n: number) => ({
      input: { shared: SHORT, headers: { Authorization: `Bearer ${TOKEN}` }, n, item: n, index: n - 1 },
      env,
    });
    await expectReceived(child(1), child(2));
  });

  it('is masked in what a tool returns, however it is written, and in what is made of that', async () => {
    const { view, known } = await run('give');
    expect(view).toMatchObject({ status: 'SUCCESS', output: { first: '[secret TOKEN]' } });
    expectNoSecret('run', known);
  });

  it('is masked in what a tool prints', async () => {
    const { view, known } = await run('shout');
    expect(view.status).toBe('SUCCESS');
    expectNoSecret('run', known);
    expect(project.logged.some((line) => line.includes('on stderr: [secret TOKEN]'))).toBe(true);
  });

  it.each([
    ['refuse', 'Tool.Threw'],
    ['crash', 'Tool.Crashed'],
    ['misfit', 'Output.Invalid'],
    ['late', 'Task.Failed'],
    ['unparsed', 'Template.BadArgument'],
  ])('is masked when %s fails with it as %s', async (workflow, code) => {
    const { view, known } = await run(workflow);
    expect(view).toMatchObject({ status: 'FAILED', error: { code } });
    expectNoSecret('run', known);
  });

  it('is not in what can be asked while a tool runs', async () => {
    const file = path.join(project.dir, 'release');
    const { workflowExecId, result } = await project.worker.triggerWorkflow('slow', { file });
    const { client } = project.worker;
    const execution = { workflowId: `slow-${workflowExecId}` };
    const described = () => client.workflowService.describeWorkflowExecution({ namespace: 'default', execution });
    await until(async () =>
      ((await described()).pendingActivities ?? []).some(({ lastHeartbeatTime }) => lastHeartbeatTime),
    );
    expectNoSecret('description', textsOf(await described()));
    expectNoSecret('run', await knownOf('slow', workflowExecId));
    await writeFile(file, 'go');
    expect(await result()).toMatchObject({ output: { slow: { output: { secret: '[secret TOKEN]' } } } });
  });

  it('is in no file that the worker keeps and in no line that it logged', async () => {
    const files = await filesBelow(path.join(project.dir, '.compozy', 'blobs'));
    expect(files.some((text) => text.includes('[secret TOKEN]'))).toBe(true);
    expectNoSecret(
      'blobs',
      files.flatMap((text) => textsOf(text)),
    );
    expectNoSecret('tools', await filesBelow(path.join(project.dir, '.compozy', 'tools')));
    expect(project.logged.length).toBeGreaterThan(10);
    expectNoSecret(
      'log',
      project.logged.flatMap((line) => textsOf(line)),
    );
  });
});
