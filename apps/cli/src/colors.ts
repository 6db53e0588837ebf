import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a terminal that can show them. A pipe or a file gets none, also where the environment (`CI`) asks for some. */
export function colorsFor(stream: { readonly isTTY?: boolean | undefined }): Colors {
  return pc.createColors(stream.isTTY === true && pc.isColorSupported);
}
