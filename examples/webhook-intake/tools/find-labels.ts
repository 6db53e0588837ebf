const WORDS = {
  bug: /\b(crash(es)?|errors?|fails?|broken)\b/i,
  docs: /\b(docs?|documentation|readme|typo)\b/i,
  question: /\?|\bhow (do|to|can)\b/i,
};

export function findLabels({ title, text }: { title: string; text: string }) {
  const labels = Object.entries(WORDS).flatMap(([label, words]) => (words.test(`${title}\n${text}`) ? [label] : []));
  return { labels: labels.length > 0 ? labels : ['unsorted'] };
}
