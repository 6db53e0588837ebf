import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { createMiddleware } from 'hono/factory';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { allowOrigins } from './allow-origins.js';
import type { ApiDependencies } from './api-dependencies.js';
import { API_BASE, type ApiApp, type ApiEnvironment } from './api-environment.js';
import { authenticate } from './authenticate.js';
import { checkBody, emptyBody } from './check-body.js';
import { describeIssue, type Issue } from './describe-issue.js';
import { knownNames } from './known-names.js';
import { addEventRoutes } from './routes/event-routes.js';
import { addExecutionRoutes } from './routes/execution-routes.js';
import { limitBacklog } from './limit-backlog.js';
import { limitRate } from './limit-rate.js';
import { addHealthRoute } from './routes/health-route.js';
import { addMemoryHealthRoutes } from './routes/memory-health-routes.js';
import { addMemoryRoutes } from './routes/memory-routes.js';
import { ApiProblem, toApiProblem, toProblemDocument } from './problem.js';
import { addScheduleRoutes } from './routes/schedule-routes.js';
import { addStartRoutes } from './routes/start-routes.js';
import { addStreamRoute } from './routes/stream-route.js';
import { addTaskRoutes } from './routes/task-routes.js';
import { addWebhookRoutes } from './routes/webhook-routes.js';
import { addWorkflowRoutes } from './routes/workflow-routes.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** The HTTP API of one project, as a Hono application; its routes are below `/api/v0`. */
export function createApi(dependencies: ApiDependencies): ApiApp {
  const app: ApiApp = new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result, context) => {
      if (result.success) return;
      throw invalidRequest(result.target, result.error.issues, knownNames(app, context, result.target));
    },
  });
  app.onError((error, context) => answerProblem(context, fromHono(error), dependencies));
  app.notFound((context) => {
    const problem = new ApiProblem(
      'Api.NotFound',
      `There is no route ${context.req.path}; see ${API_BASE}/openapi.json`,
    );
    return answerProblem(context, problem, dependencies);
  });

  app.use(requestId());
  app.use(protectAnswers);
  if (dependencies.corsOrigins !== undefined) app.use(allowOrigins(dependencies.corsOrigins));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) => {
        const allow = methods.join(', ');
        const detail = `${context.req.method} is not allowed here; these are: ${allow}`;
        const problem = new ApiProblem('Api.MethodNotAllowed', detail, { headers: { allow } });
        return answerProblem(context as Context<ApiEnvironment>, problem, dependencies);
      },
    }),
  );
  app.use(authenticate(dependencies));
  const { rateLimit: byKey, addressRateLimit: byAddress = byKey } = dependencies;
  const { limiter, project } = dependencies;
  const shared = limiter === undefined ? {} : { limiter, prefix: `${project.name}:` };
  app.use(limitRate({ byKey, byAddress: byAddress === 'none' ? undefined : byAddress, ...shared }));
  app.use(limitBacklog(dependencies));
  app.use(checkBody(dependencies.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES));

  addWorkflowRoutes(app, dependencies);
  addStartRoutes(app, dependencies);
  addTaskRoutes(app, dependencies);
  addExecutionRoutes(app, dependencies);
  addStreamRoute(app, dependencies);
  addEventRoutes(app, dependencies);
  addScheduleRoutes(app, dependencies);
  addMemoryRoutes(app, dependencies);
  addMemoryHealthRoutes(app, dependencies);
  addHealthRoute(app, dependencies);
  addWebhookRoutes(app, dependencies);
  app.get(`${API_BASE}/openapi.json`, (context) => context.json(describeApi(app, dependencies)));
  return app;
}

/** Answers are of one caller: no cache keeps them, and no browser takes them for something else. */
const protectAnswers = createMiddleware<ApiEnvironment>(async (context, next) => {
  context.header('cache-control', 'no-store');
  context.header('x-content-type-options', 'nosniff');
  await next();
});

/** The OpenAPI 3.1 document, made of the schemas that check the requests. */
function describeApi(app: ApiApp, { project, apiKeys }: ApiDependencies) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: `Compozy: ${project.name}`, version: 'v0', license: { name: 'MIT' } },
    servers: [{ url: '/' }],
    ...(apiKeys === undefined ? {} : { security: [{ bearer: [] }, { header: [] }] }),
  });
  const securitySchemes = {
    bearer: { type: 'http' as const, scheme: 'bearer' },
    header: { type: 'apiKey' as const, in: 'header' as const, name: 'X-API-Key' },
  };
  return apiKeys === undefined ? document : { ...document, components: { ...document.components, securitySchemes } };
}

function answerProblem(
  context: Context<ApiEnvironment>,
  problem: ApiProblem,
  { onError }: Pick<ApiDependencies, 'onError'>,
): Response {
  const id = context.get('requestId');
  const { path } = context.req;
  if (problem.status === 500 || problem.status === 503) onError?.(problem.cause ?? problem, { requestId: id, path });
  return context.body(JSON.stringify(toProblemDocument(problem, path, id)), problem.status, {
    ...problem.options.headers,
    'content-type': 'application/problem+json',
  });
}

/** What the framework itself refuses. */
function fromHono(error: unknown): ApiProblem {
  if (!(error instanceof HTTPException)) return toApiProblem(error);
  if (error.status === 415) {
    return new ApiProblem('Api.UnsupportedType', 'Send the body as application/json', {
      headers: { 'accept-post': 'application/json' },
    });
  }
  // The validators read JSON only, and what is none was refused before.
  return emptyBody();
}

const PLACES = { json: 'body', query: 'query', param: 'path', header: 'header' } as const;

function invalidRequest(target: string, issues: readonly Issue[], known: readonly string[]): ApiProblem {
  const place = PLACES[target as keyof typeof PLACES] ?? 'body';
  const errors = issues.flatMap((issue) => describeIssue(issue, place, known));
  return new ApiProblem('Api.Malformed', `The ${place} of the request is not as the API describes it`, { errors });
}
