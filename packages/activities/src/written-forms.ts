/** A shorter line of a secret, or piece of base64, occurs in ordinary text. */
const SHORTEST_PIECE = 8;

/**
 * The ways in which a secret gets into texts: as it is, as JSON and as JSON in JSON, in the parts of a URL, in base64
 * wherever it begins, and line by line, because what a tool prints is logged by lines.
 */
export function writtenForms(secret: string): ReadonlySet<string> {
  const text = secret.toWellFormed();
  const lines = text.split(/\r?\n/).filter((line) => line.length >= SHORTEST_PIECE);
  const whole = [text, ...(lines.length < 2 && lines[0] === text ? [] : lines)];
  return new Set([secret, ...whole.flatMap((part) => escapedForms(part)), ...base64Forms(text)]);
}

function escapedForms(text: string): readonly string[] {
  const json = inJson(text);
  // Go, and so `toJson` of a template, also escapes what means something in HTML.
  const goJson = json.replaceAll(/[<>&\u2028\u2029]/g, (character) => unicodeEscape(character));
  return [
    text,
    json,
    goJson,
    inJson(json),
    inJson(goJson),
    encodeURIComponent(text),
    encodeURI(text),
    new URLSearchParams({ '': text }).toString().slice(1),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

/** Alone, and what does not depend on its neighbours when it begins zero, one or two bytes into a group of three. */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const pieces = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const alone = bytes.toString('base64');
  const kept = pieces.filter((piece) => piece.length >= SHORTEST_PIECE);
  return [alone, alone.replace(/=+$/, ''), ...kept].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}
