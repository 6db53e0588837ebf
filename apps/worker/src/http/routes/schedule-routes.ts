import { z } from '@hono/zod-openapi';
import { CompozyError } from '@compozy/core';
import type { ApiDependencies, ApiSchedules, ApiSchedule } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import { scheduleBodySchema, scheduleSchema, workflowParams } from '../api-schemas.js';
import { ApiProblem } from '../problem.js';

const SCHEDULE = `${API_BASE}/schedules/{workflow_id}`;
const tags = ['schedules'];
const answer = { 200: { description: 'The schedule', content: jsonContent(scheduleSchema) } };

const listRoute = apiRoute(
  { method: 'get', path: `${API_BASE}/schedules`, tags, summary: 'Schedules of the project' },
  { 200: { description: 'All', content: jsonContent(z.object({ schedules: z.array(scheduleSchema) })) } },
  [501],
);

const getRoute = apiRoute(
  { method: 'get', path: SCHEDULE, tags, summary: 'A schedule', request: { params: workflowParams } },
  answer,
  [404, 501],
);

const changeRoute = apiRoute(
  {
    method: 'patch',
    path: SCHEDULE,
    tags,
    summary: 'Change a schedule beside the YAML',
    request: { params: workflowParams, body: { required: true, content: jsonContent(scheduleBodySchema) } },
  },
  answer,
  [404, 413, 415, 422, 501],
);

const resetRoute = apiRoute(
  {
    method: 'delete',
    path: SCHEDULE,
    tags,
    summary: 'Forget what was changed: the YAML is in force again',
    request: { params: workflowParams },
  },
  { 204: { description: 'Forgotten' } },
  [404, 501],
);

const triggerRoute = apiRoute(
  {
    method: 'post',
    path: `${SCHEDULE}/trigger`,
    tags,
    summary: 'Fire a schedule once, now',
    request: { params: workflowParams },
  },
  { 202: { description: 'Fired', content: jsonContent(z.object({ workflow_id: z.string() })) } },
  [404, 501],
);

/** Shows and steers the schedules of the project. */
export function addScheduleRoutes(app: ApiApp, { project, schedules }: ApiDependencies): void {
  const find = async (workflowId: string): Promise<{ port: ApiSchedules; info: ApiSchedule }> => {
    const port = configured(schedules);
    const info = await port.get(workflowId);
    if (info !== undefined) return { port, info };
    throw new ApiProblem('Api.NotFound', `Workflow "${workflowId}" of project "${project.name}" has no schedule`);
  };

  app.openapi(listRoute, async (context) => {
    const all = await configured(schedules).list();
    return context.json({ schedules: all.map(toSchedule) }, 200);
  });

  app.openapi(getRoute, async (context) => {
    const { info } = await find(context.req.valid('param').workflow_id);
    return context.json(toSchedule(info), 200);
  });

  app.openapi(changeRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const { enabled, cron } = context.req.valid('json');
    const { port } = await find(workflowId);
    const changed = await port
      .update(workflowId, { ...(enabled === undefined ? {} : { enabled }), ...(cron === undefined ? {} : { cron }) })
      .catch((error: unknown) => {
        if (!CompozyError.isInstance(error) || error.code !== 'Config.Invalid') throw error;
        throw new ApiProblem('Api.Rejected', error.message, {
          errors: [{ pointer: '/cron', in: 'body', detail: error.message }],
        });
      });
    return context.json(toSchedule(changed), 200);
  });

  app.openapi(resetRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const { port } = await find(workflowId);
    await port.reset(workflowId);
    return context.body(null, 204);
  });

  app.openapi(triggerRoute, async (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    const { port } = await find(workflowId);
    await port.trigger(workflowId);
    return context.json({ workflow_id: workflowId }, 202);
  });
}

function configured(schedules: ApiSchedules | undefined): ApiSchedules {
  if (schedules !== undefined) return schedules;
  throw new ApiProblem('Api.NotConfigured', 'This server has no scheduler');
}

function toSchedule(info: ApiSchedule): z.infer<typeof scheduleSchema> {
  return {
    workflow_id: info.workflowId,
    cron: info.cron,
    timezone: info.timezone,
    enabled: info.enabled,
    is_override: info.isOverride,
    yaml_config: info.yamlConfig,
    next_run_time: info.nextRunTime,
    last_run_time: info.lastRunTime,
  };
}
