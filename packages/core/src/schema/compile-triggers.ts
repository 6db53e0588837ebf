import type { z } from 'zod';
import type { JsonObject } from '../model/json.js';
import type { PlanTrigger, PlanWebhook } from '../model/plan.js';
import { compileWebhook, type WebhookCheck } from './compile-webhook.js';
import type { Reporter } from './reporter.js';
import type { SchemaTable } from './schema-table.js';
import type { Path, SourceDocument } from './source-document.js';
import type { triggerDocument } from './workflow.js';

type TriggerDocument = z.output<typeof triggerDocument>;

/** What starts a workflow from outside. */
export interface CompiledTriggers {
  readonly triggers: readonly PlanTrigger[];
  readonly webhooks: readonly PlanWebhook[];
}

/** The names that start a workflow, and the webhooks that send them; reports what is wrong with its triggers. */
export function compileTriggers(
  source: SourceDocument,
  triggers: readonly TriggerDocument[],
  schemas: SchemaTable,
  project: Pick<WebhookCheck, 'slugs' | 'envNames' | 'emptyEnv' | 'publicEnv'>,
  reporter: Reporter,
): CompiledTriggers {
  const found: PlanTrigger[] = [];
  const webhooks: PlanWebhook[] = [];
  const lines = new Map<string, number>();
  const missing = (path: Path, message: string, expected: string) =>
    reporter.report(source, 'value.missing', message, { path, expected });

  const add = (type: PlanTrigger['type'], name: string, at: Path, schemaAt: Path): JsonObject | undefined => {
    const schema = schemas.resolve(source, schemaAt);
    const first = lines.get(name);
    if (first !== undefined) {
      const message = `The workflow already has a trigger "${name}", in line ${first}`;
      reporter.report(source, 'id.duplicate', message, { path: at });
      return schema;
    }
    lines.set(name, source.valuePlace(at).line);
    found.push({ type, name, ...(schema === undefined ? {} : { schema }) });
    return schema;
  };
  const check: WebhookCheck = {
    ...project,
    source,
    reporter,
    addTrigger: (name, event) => add('webhook', name, [...event, 'name'], [...event, 'schema']),
  };

  for (const [index, trigger] of triggers.entries()) {
    const path: Path = ['triggers', index];
    const { type, name, webhook } = trigger as Partial<TriggerDocument>;
    if (type === 'signal') {
      if (name === undefined || name === '') missing(path, 'A signal trigger needs a "name"', '"name"');
      else add('signal', name, [...path, 'name'], [...path, 'schema']);
      if (webhook === undefined) continue;
      const message = 'A signal trigger has no "webhook"; its type would be "webhook"';
      reporter.report(source, 'value.conflict', message, { path: [...path, 'webhook'], at: 'key' });
    } else if (type === 'webhook') {
      if (name !== undefined) {
        const message = 'A webhook trigger has no "name"; its events have';
        reporter.report(source, 'value.conflict', message, { path: [...path, 'name'], at: 'key' });
      }
      if (webhook === undefined) {
        missing(path, 'A webhook trigger needs "webhook"', '"webhook"');
        continue;
      }
      const compiled = compileWebhook(webhook, [...path, 'webhook'], check);
      if (compiled !== undefined) webhooks.push(compiled);
    }
  }
  return { triggers: found, webhooks };
}
