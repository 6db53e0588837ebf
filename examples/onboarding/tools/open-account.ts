interface Context {
  idempotencyKey: string;
}

/** The key is the same when the call is repeated, so a retry opens no second account. */
export function openAccount({ name }: { name: string }, _config: unknown, { idempotencyKey }: Context) {
  return { account_id: `${name.toLowerCase()}-${idempotencyKey.slice(0, 8)}` };
}
