import type { Json } from '@compozy/core';

/** What {@link startDevServer} may be told. Without any option it finds a server program and starts it on a free port. */
export interface DevServerOptions {
  /** `host:port` of a server that already runs; nothing is started or changed then. */
  readonly address?: string | undefined;
  /** The `temporal` program to start; nothing else is looked for then. */
  readonly path?: string | undefined;
  /** Where to look for `temporal` and `go`, as in `PATH`. Default: `env.PATH`, else the one of this process. */
  readonly searchPath?: string | undefined;
  /** Where programs that we download or build are kept. Default: `$XDG_CACHE_HOME/compozy`, else `~/.cache/compozy`. */
  readonly cacheDir?: string | undefined;
  /**
   * Environment variables: `TEMPORAL_HOST_PORT`, `TEMPORAL_ADDRESS`, `PATH` and `XDG_CACHE_HOME` stand in for the options
   * of the same meaning, and the programs that are started get all of them. Default: none is looked at, and the programs
   * inherit those of this process.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: `default`. Created when it does not exist. */
  readonly namespace?: string | undefined;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number | undefined;
  /** Also serve Temporal's web UI. Default: true when `uiPort` is given. */
  readonly ui?: boolean | undefined;
  /** Default: a free one. */
  readonly uiPort?: number | undefined;
  /** Keep runs in this SQLite file. Default: in memory, lost when the server stops. */
  readonly dbFilename?: string | undefined;
  /** With `dbFilename`: survive a crash of the machine, not only of the server, at the price of speed. */
  readonly durable?: boolean | undefined;
  /** Values of Temporal's dynamic configuration, beside the tuning that is always there. */
  readonly dynamicConfig?: Readonly<Record<string, Json>> | undefined;
  /** Search attributes beside those of Compozy, by name. */
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  /** Told in one line what is started, and how a first build comes along. Default: silence. */
  readonly log?: ((message: string) => void) | undefined;
}

export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';
