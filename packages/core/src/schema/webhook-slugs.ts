/** Where the slugs of a project were first seen, by their lower-case form. */
export type WebhookSlugs = Map<string, { readonly file: string; readonly line: number }>;
