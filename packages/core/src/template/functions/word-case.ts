export function camelCase(text: string): string {
  return text;
}

export function separatedCase(text: string, _separator: string): string {
  return text;
}
