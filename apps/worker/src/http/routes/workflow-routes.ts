import { z } from '@hono/zod-openapi';
import type { Plan } from '@compozy/core';
import { findPlan } from '@compozy/core/schema';
import type { ApiDependencies } from '../api-dependencies.js';
import { API_BASE, type ApiApp } from '../api-environment.js';
import { apiRoute, jsonContent } from '../api-route.js';
import { workflowParams, workflowSchema } from '../api-schemas.js';

const listRoute = apiRoute(
  { method: 'get', path: `${API_BASE}/workflows`, tags: ['workflows'], summary: 'Workflows of the project' },
  {
    200: { description: 'All of them', content: jsonContent(z.object({ workflows: z.array(workflowSchema) })) },
  },
);

const getRoute = apiRoute(
  {
    method: 'get',
    path: `${API_BASE}/workflows/{workflow_id}`,
    tags: ['workflows'],
    summary: 'A workflow with the schema of its input',
    request: { params: workflowParams },
  },
  { 200: { description: 'The workflow', content: jsonContent(workflowSchema) } },
  [404],
);

/** Reads definitions: files are their source, so nothing here writes. */
export function addWorkflowRoutes(app: ApiApp, { project }: ApiDependencies): void {
  app.openapi(listRoute, (context) => {
    const plans = project.workflowIds().flatMap((id) => project.plan(id) ?? []);
    return context.json({ workflows: plans.map(toWorkflow) }, 200);
  });
  app.openapi(getRoute, (context) => {
    const { workflow_id: workflowId } = context.req.valid('param');
    return context.json(toWorkflow(findPlan(project, workflowId)), 200);
  });
}

function toWorkflow(plan: Plan): z.infer<typeof workflowSchema> {
  const { id, version, description } = plan.workflow;
  return {
    workflow_id: id,
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    file: plan.file,
    tasks: plan.tasks.map((task) => ({ id: task.id, type: task.type })),
    triggers: plan.triggers.map(({ type, name, schema }) => ({
      type,
      name,
      ...(schema === undefined ? {} : { schema }),
    })),
    input_schema: plan.input ?? null,
  };
}
