import { CompozyError, type DeadLetter, type DeadLetterRepository } from '@compozy/core';
import type { EventSender } from './create-event-sender.js';

/** The id of the event that a letter is sent as again: another delivery, so that its runs are new ones. */
export function replayEventId({ event, workflowId }: Pick<DeadLetter, 'event' | 'workflowId'>): string {
  const [, base = event.eventId, count = '0'] = /^(.*)~(\d+)$/.exec(event.eventId) ?? [];
  // Several workflows may have refused one event; each of its letters is an event of its own.
  const mark = workflowId === null ? '' : `@${workflowId}`;
  return mark === '' || base.endsWith(mark) ? `${base}~${Number(count) + 1}` : `${event.eventId}${mark}~1`;
}

/**
 * Sends the event of a dead letter again, to the workflow that refused it or, when nobody knew it, to whoever does now.
 * A second replay of the same letter starts nothing.
 *
 * @throws `Event.Unknown` when there is no such letter, `Event.NotAccepted`, `Store.Unavailable`.
 */
export async function replayDeadLetter(
  id: string,
  options: {
    readonly project: string;
    readonly deadLetters: DeadLetterRepository;
    readonly sender: Pick<EventSender, 'send'>;
  },
): Promise<{ readonly eventId: string }> {
  const { project, deadLetters, sender } = options;
  const letter = await deadLetters.get(project, id);
  if (letter === undefined) throw new CompozyError('Event.Unknown', `There is no dead letter "${id}" in "${project}"`);
  const { name, payload, correlationId, source } = letter.event;
  const eventId = replayEventId(letter);
  const workflow = letter.workflowId === null ? {} : { workflowId: letter.workflowId };
  await sender.send([{ name, payload, correlationId, source, eventId, ...workflow }]);
  await deadLetters.markReplayed(project, id, new Date().toISOString());
  return { eventId };
}
