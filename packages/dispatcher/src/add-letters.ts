import { createHash } from 'node:crypto';
import type { DeadLetter, DeadLetterRepository } from '@compozy/core';
import { eventRowId } from './event-row-id.js';

/** From the one that people know to the one that nobody else can have. */
const ID_FORMS: readonly ((letter: DeadLetter) => string)[] = [
  ({ id }) => id,
  ({ id, event }) => eventRowId(`${id}:${event.name}`),
  (letter) => `sha256:${createHash('sha256').update(eventKey(letter)).digest('hex')}`,
];

/**
 * Stores dead letters, each once. Its id is that of its event, which senders may use for events of several names: where
 * another letter has it already, the name follows.
 *
 * @throws `Store.Unavailable`
 */
export async function addLetters(
  store: Pick<DeadLetterRepository, 'addAll' | 'get'>,
  letters: readonly DeadLetter[],
): Promise<void> {
  let rest = letters;
  for (const idOf of ID_FORMS) {
    if (rest.length === 0) return;
    const named = rest.map((letter) => ({ ...letter, id: idOf(letter) }));
    await store.addAll(named);
    // Read after it was written: another worker may have written the same id at the same time.
    const kept = await Promise.all(named.map(({ project, id }) => store.get(project, id)));
    rest = rest.filter((letter, index) => {
      const found = kept[index];
      // One that is gone has been removed since, and was not lost.
      return found !== undefined && eventKey(found) !== eventKey(letter);
    });
  }
}

function eventKey({ event, workflowId }: DeadLetter): string {
  return JSON.stringify([event.eventId, event.name, workflowId]);
}
