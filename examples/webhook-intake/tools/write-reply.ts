export function writeReply({ author, labels }: { author: string; labels: string[] }) {
  return { text: `Thank you, @${author}. We read this as: ${labels.join(', ')}.` };
}
