/** What a source that creates a server program gets. */
export interface SourceOptions {
  /** Where the program goes. Its directory may not exist yet. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly log: (message: string) => void;
}

/** `reason` says why the program could not be had. */
export type SourceResult = { readonly made: true } | { readonly made: false; readonly reason: string };
