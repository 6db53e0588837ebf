import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A place where a secret was found. */
export interface Leak {
  readonly place: string;
  readonly name: string;
  readonly form: string;
  readonly near: string;
}

/** Every text in a value, however deep: bytes and JSON in texts are looked into as well. */
export function textsOf(value: unknown): readonly string[] {
  const texts = new Set<string>();
  const seen = new Set<object>();
  const text = (found: string): void => {
    if (texts.has(found)) return;
    texts.add(found);
    const first = found.trimStart()[0];
    if (first !== '{' && first !== '[' && first !== '"') return;
    try {
      visit(JSON.parse(found));
    } catch {
      // No JSON, only a text that begins like it.
    }
  };
  const visit = (part: unknown): void => {
    if (typeof part === 'string') text(part);
    else if (part instanceof Uint8Array) text(Buffer.from(part).toString('utf8'));
    else if (typeof part === 'object' && part !== null && !seen.has(part)) {
      seen.add(part);
      const members = part instanceof Map ? [...part.entries()] : Object.entries(part);
      for (const [key, member] of members) {
        visit(key);
        visit(member);
      }
      if (part instanceof Error) for (const member of [part.message, part.stack, part.cause]) visit(member);
    }
  };
  visit(value);
  return [...texts];
}

/** The content of every file below `dir`. */
export async function filesBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return await Promise.all(files.map((file) => readFile(file, 'utf8')));
}

export function findSecrets(
  place: string,
  texts: readonly string[],
  secrets: Readonly<Record<string, string>>,
): readonly Leak[] {
  const leaks: Leak[] = [];
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [form, written] of Object.entries(formsOf(secret))) {
      for (const text of texts) {
        const at = text.indexOf(written);
        if (at !== -1) leaks.push({ place, name, form, near: text.slice(Math.max(0, at - 120), at + 60) });
      }
    }
  }
  return leaks;
}

/** The ways to write a secret that give it away. */
function formsOf(secret: string): Readonly<Record<string, string>> {
  const json = JSON.stringify(secret).slice(1, -1);
  const lines = secret.split('\n').filter((line) => line.length >= 8);
  return {
    plain: secret,
    json,
    'json in json': JSON.stringify(json).slice(1, -1),
    base64: inBase64(secret, 0),
    ...(secret.length < 8 ? {} : { 'base64 after one byte': inBase64(secret, 1), 'after two': inBase64(secret, 2) }),
    base64url: Buffer.from(secret).toString('base64url'),
    url: encodeURIComponent(secret),
    'url of a form': new URLSearchParams({ s: secret }).toString().slice(2),
    ...(lines.length < 2 ? {} : Object.fromEntries(lines.map((line, index) => [`line ${index + 1}`, line]))),
  };
}

/** What base64 makes of a secret that begins `offset` bytes into a text, without what its neighbours decide. */
function inBase64(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
