/** `"a", "b" and 7 more` */
export function listNames(names: Iterable<string>, most = 20): string {
  const all = [...new Set(names)];
  const shown = all.slice(0, most).map((name) => `"${name}"`);
  return all.length > most ? `${shown.join(', ')} and ${all.length - most} more` : shown.join(', ');
}
