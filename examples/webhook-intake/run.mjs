// Plays the story and checks how it ends: exit code 0, or what was wrong and 1.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startDevServer } from '@compozy/dev-server';
import { sign } from '@octokit/webhooks-methods';

const program = fileURLToPath(new URL('bin/compozy-worker.js', import.meta.resolve('@compozy/worker/package.json')));
const secret = randomBytes(20).toString('hex');
// A copy, with a secret of its own, so that each time the story is played nothing was delivered before.
const dir = await mkdtemp(path.join(tmpdir(), 'webhook-intake-'));
for (const part of ['compozy.yaml', 'workflows', 'tools']) {
  await cp(path.join(import.meta.dirname, part), path.join(dir, part), { recursive: true });
}
await writeFile(path.join(dir, '.env'), `GITHUB_WEBHOOK_SECRET=${secret}\n`);

const temporal = await startDevServer();
const host = spawn(process.execPath, [program], {
  env: {
    ...process.env,
    COMPOZY_PROJECT_DIR: dir,
    TEMPORAL_HOST_PORT: temporal.address,
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    HEALTH_PORT: '0',
    SERVER_DRAIN_DELAY_MS: '0',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = once(host, 'exit');
try {
  const api = `http://127.0.0.1:${await portOf(host)}/api/v0`;
  await newIssue(api);
  host.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null], 'the worker ended in order');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  host.kill('SIGKILL');
  await temporal.stop();
  await rm(dir, { recursive: true, force: true });
}

async function newIssue(api) {
  const issue = { id: 4711, number: 12, title: 'It crashes', body: 'How can I help?', user: { login: 'ada' } };
  const opened = JSON.stringify({ action: 'opened', issue });
  const delivery = randomUUID();

  const forged = await deliver(api, opened, { delivery, signature: await sign('a guess', opened) });
  console.log(`forged: ${forged.status} ${forged.body.code}`);
  assert.deepEqual([forged.status, forged.body.code], [401, 'Api.Unsigned']);

  const ping = await deliver(api, JSON.stringify({ zen: 'Keep it simple' }), { event: 'ping' });
  console.log(`ping: ${ping.status} ${ping.body.status}`);
  assert.deepEqual([ping.status, ping.body.status], [200, 'no_matching_event']);

  const taken = await deliver(api, opened, { delivery });
  console.log(`issue opened: ${taken.status} ${taken.body.status}, event ${taken.body.event}`);
  assert.deepEqual([taken.status, taken.body.event], [202, 'issue.opened']);

  // As GitHub sends it again, and as somebody would who recorded it.
  for (const [what, id] of [
    ['delivered again', delivery],
    ['under another id', randomUUID()],
  ]) {
    const again = await deliver(api, opened, { delivery: id });
    console.log(`${what}: ${again.status} ${again.body.status}`);
    assert.deepEqual([again.status, again.body.status], [200, 'duplicate']);
  }

  const run = await endOf(api, taken.body.event_id);
  console.log(`triage: ${JSON.stringify(run.output)}`);
  assert.equal(run.status, 'SUCCESS', run.error?.message);
  assert.deepEqual(run.output, {
    issue: 12,
    labels: ['bug', 'question'],
    reply: 'Thank you, @ada. We read this as: bug, question.',
  });
  const { executions } = await get(`${api}/workflows/triage/executions`);
  assert.equal(executions.length, 1, 'the issue was delivered three times and must start one run');
  assert.ok(!JSON.stringify(run).includes(secret), 'the secret is no part of a run');
}

async function deliver(api, body, { event = 'issues', delivery = randomUUID(), signature } = {}) {
  const answer = await fetch(`${api}/hooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': delivery,
      'x-hub-signature-256': signature ?? (await sign(secret, body)),
    },
    body,
  });
  return { status: answer.status, body: await answer.json() };
}

/** The run that the event started, once it has ended. */
async function endOf(api, eventId) {
  const end = Date.now() + 120_000;
  for (;;) {
    const { started = [] } = await get(`${api}/events/${eventId}`);
    const run = started[0] && (await get(`${api}/executions/workflows/${started[0].workflow_exec_id}`));
    if (run?.ended_at) return run;
    assert.ok(Date.now() < end, `event ${eventId} has no run that ended after 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function get(url) {
  return await (await fetch(url)).json();
}

async function portOf(child) {
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text);
    if (line.message === 'worker ready') return line.port;
  }
  throw new Error('the worker ended before it was ready');
}
