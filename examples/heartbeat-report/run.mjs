// Plays the story and checks how it ends: exit code 0, or what was wrong and 1.
import assert from 'node:assert/strict';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const project = await loadProject(import.meta.dirname);
const server = await startDevServer();
try {
  const worker = await createWorker({ project, temporal: { hostPort: server.address } });
  try {
    await worker.setup();
    await twoReports(worker);
  } finally {
    await worker.stop();
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await server.stop();
}

async function twoReports(worker) {
  const { scheduleId, cron, overlap, nextRuns } = await worker.schedules.get('report');
  console.log(`${scheduleId}: ${cron}, overlap ${overlap}, next at ${nextRuns[0]}`);

  const { recentActions, numActionsSkippedOverlap: skipped } = await firings(worker, scheduleId, 2);
  await worker.schedules.pause('report');
  const runs = [];
  for (const { action } of recentActions.slice(0, 2)) {
    runs.push(await worker.client.workflow.getHandle(action.workflow.workflowId).result());
  }
  for (const { status, output, started_at, ended_at } of runs) {
    const { title, before, after } = output;
    const figures = Object.values(after).map(({ name, value, unit }) => `${name} ${value} ${unit}`);
    console.log(`${title} ${started_at} to ${ended_at}: ${figures.join(', ')}`);
    assert.equal(status, 'SUCCESS');
    assert.equal(output.trigger, 'schedule');
    assert.equal(title, 'Heartbeat');
    assert.deepEqual(
      Object.values(after).map(({ name }) => name),
      ['load', 'memory', 'uptime'],
    );
    assert.ok(after['after-uptime'].value > before['before-uptime'].value, 'time passed between the two readings');
  }
  const [first, second] = runs;
  assert.notEqual(first.workflow_exec_id, second.workflow_exec_id);
  assert.ok(first.ended_at <= second.started_at, 'a report began while the one before was at work');
  console.log(`firings skipped because a report was at work: ${skipped}`);
  assert.ok(skipped >= 1, 'no firing was skipped');
  assert.equal((await worker.schedules.get('report')).paused, true);
}

/** What Temporal knows of the schedule once it has started that many runs. */
async function firings(worker, scheduleId, count) {
  const end = Date.now() + 120_000;
  for (;;) {
    const { info } = await worker.client.schedule.getHandle(scheduleId).describe();
    if (info.recentActions.length >= count) return info;
    assert.ok(Date.now() < end, `the schedule started ${info.recentActions.length} runs in 120 s, and not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
