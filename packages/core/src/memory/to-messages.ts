import { CompozyError } from '../errors/compozy-error.js';
import { isJsonObject, type Json } from '../model/json.js';
import { MEMORY_ROLES, type MemoryMessage } from '../model/memory.js';

const MAX_MESSAGES = 1_000;
const MAX_CONTENT_CHARS = 1024 * 1024;

/**
 * The messages that a payload stands for: a text, one `{ role, content }`, or a list of these. The role is `user`
 * unless said otherwise; content that is no text becomes its JSON text.
 *
 * @throws `Memory.Invalid`
 */
export function toMessages(payload: Json): readonly MemoryMessage[] {
  if (!Array.isArray(payload)) return [toMessage(payload, 'The payload')];
  if (payload.length > MAX_MESSAGES) {
    throw invalid(`The payload has ${payload.length} messages; ${MAX_MESSAGES} are allowed in one operation`);
  }
  return payload.map((element: Json, index) => toMessage(element, `Message ${index} of the payload`));
}

function toMessage(value: Json, subject: string): MemoryMessage {
  if (typeof value === 'string') return { role: 'user', content: checked(value, subject) };
  if (!isJsonObject(value)) throw invalid(`${subject} must be a text or a mapping with "role" and "content"`);
  const { role = 'user', content } = value;
  const known = MEMORY_ROLES.find((name) => name === role);
  if (known === undefined) {
    const roles = MEMORY_ROLES.map((name) => `"${name}"`).join(', ');
    throw invalid(`${subject} has the role ${JSON.stringify(role)}; it must be one of ${roles}`);
  }
  if (content === undefined || content === null) throw invalid(`${subject} has no "content"`);
  return { role: known, content: checked(typeof content === 'string' ? content : JSON.stringify(content), subject) };
}

function checked(content: string, subject: string): string {
  if (content.length <= MAX_CONTENT_CHARS) return content;
  throw invalid(`${subject} has ${content.length} characters; ${MAX_CONTENT_CHARS} are allowed`);
}

function invalid(message: string): CompozyError {
  return new CompozyError('Memory.Invalid', message);
}
