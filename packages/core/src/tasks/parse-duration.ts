const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const WORDS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  sec: 1_000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
  hr: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const GO_PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/y;
const WORD_PART = /\s*(?:and\s+|,\s*)?(\d+\.?\d*|\.\d+)\s*([a-z]+)\s*/y;

/** What a duration should look like, for messages. */
export const DURATION_FORMS = 'a duration such as "500ms", "30s", "1h30m", "2d" or "5 minutes"';

/** Milliseconds of a Go duration (`1h30m`, `500ms`), of days and weeks (`1d`) or of words (`5 seconds`); else `undefined`. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '0') return 0;
  const ms = sum(trimmed, GO_PART, (unit) => GO_UNITS[unit]) ?? sum(trimmed.toLowerCase(), WORD_PART, wordUnit);
  return ms === undefined || !Number.isFinite(ms) || ms > Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(ms);
}

function wordUnit(word: string): number | undefined {
  return WORDS[word] ?? (word.endsWith('s') ? WORDS[word.slice(0, -1)] : undefined);
}

function sum(text: string, part: RegExp, unitOf: (unit: string) => number | undefined): number | undefined {
  if (text === '') return undefined;
  let total = 0;
  part.lastIndex = 0;
  let end = 0;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const unit = unitOf(match[2]!);
    if (unit === undefined) return undefined;
    total += Number(match[1]) * unit;
    end = part.lastIndex;
  }
  part.lastIndex = 0;
  return end === text.length ? total : undefined;
}
