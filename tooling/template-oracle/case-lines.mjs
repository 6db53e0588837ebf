/** One case per line. */
export function lines(text, data) {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (data === undefined ? [line] : [line, data]));
}

/** Every template of `templates` with every text of `values` in place of `@`. */
export function each(templates, values, data) {
  return templates.flatMap((template) =>
    values.map((value) =>
      data === undefined ? [template.replaceAll('@', () => value)] : [template.replaceAll('@', () => value), data],
    ),
  );
}
