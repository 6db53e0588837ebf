export interface RateLimit {
  /** Requests that a caller may make at once. */
  readonly burst: number;
  readonly perMinute: number;
}

/** Counts requests by name, for all processes that share it. */
export interface RateLimiter {
  /** Takes a token, if there is one, and says how many are left. `undefined` when it cannot be counted now. */
  take(name: string, limit: RateLimit): Promise<{ readonly allowed: boolean; readonly tokens: number } | undefined>;
}
