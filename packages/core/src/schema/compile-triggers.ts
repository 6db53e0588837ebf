import type { z } from 'zod';
import type { PlanTrigger } from '../model/plan.js';
import { checkConditionText } from './check-condition.js';
import type { Reporter } from './reporter.js';
import type { SchemaTable } from './schema-table.js';
import type { Path, SourceDocument } from './source-document.js';
import type { triggerDocument } from './workflow.js';

type TriggerDocument = z.output<typeof triggerDocument>;

/** What a webhook's filter may speak of. */
const FILTER_ROOTS: ReadonlySet<string> = new Set(['payload', 'headers', 'query']);

/** The names that start a workflow; reports what is wrong with its triggers. */
export function compileTriggers(
  source: SourceDocument,
  triggers: readonly TriggerDocument[],
  schemas: SchemaTable,
  reporter: Reporter,
): readonly PlanTrigger[] {
  const found: PlanTrigger[] = [];
  const lines = new Map<string, number>();
  const missing = (path: Path, message: string, expected: string) =>
    reporter.report(source, 'value.missing', message, { path, expected });

  const add = (type: PlanTrigger['type'], name: string, at: Path, schemaAt: Path) => {
    const schema = schemas.resolve(source, schemaAt);
    const first = lines.get(name);
    if (first !== undefined) {
      const message = `The workflow already has a trigger "${name}", in line ${first}`;
      reporter.report(source, 'id.duplicate', message, { path: at });
      return;
    }
    lines.set(name, source.valuePlace(at).line);
    found.push({ type, name, ...(schema === undefined ? {} : { schema }) });
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
      const events = webhook.events ?? [];
      if (events.length === 0) missing([...path, 'webhook'], 'A webhook needs "events"', 'a list of events');
      for (const [number, event] of events.entries()) {
        const at: Path = [...path, 'webhook', 'events', number];
        if (event?.name !== undefined) add('webhook', event.name, [...at, 'name'], [...at, 'schema']);
        if (event?.filter === undefined) missing(at, 'An event of a webhook needs a "filter"', 'a condition');
        else checkConditionText(source, [...at, 'filter'], String(event.filter), reporter, { roots: FILTER_ROOTS });
      }
    }
  }
  return found;
}
