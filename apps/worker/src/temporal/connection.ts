import { NativeConnection } from '@temporalio/worker';
import { CompozyError } from '@compozy/core';
import { describeRefusal } from './describe-refusal.js';

/** Where Temporal is. `tls` and `apiKey` reach Temporal Cloud. */
export interface TemporalSettings {
  /** `host:port`. */
  readonly hostPort: string;
  /** `default` when left out. */
  readonly namespace?: string;
  /** `compozy-<project>` when left out: the same for every host, so that another worker can take over. */
  readonly taskQueue?: string;
  readonly tls?:
    | boolean
    | {
        readonly serverName?: string;
        readonly rootCa?: Buffer;
        readonly clientCert?: Buffer;
        readonly clientKey?: Buffer;
      };
  readonly apiKey?: string;
  /** Headers of each request. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** @throws `Server.Unreachable` naming the address, and why there is no connection. */
export async function connect(settings: TemporalSettings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({
      address: settings.hostPort,
      ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
      ...(settings.tls === undefined ? {} : { tls: toTls(settings.tls) }),
      ...(settings.metadata === undefined ? {} : { metadata: { ...settings.metadata } }),
    });
  } catch (error) {
    const message = describeRefusal(settings, error);
    throw new CompozyError('Server.Unreachable', message, { details: { address: settings.hostPort }, cause: error });
  }
}

function toTls(tls: NonNullable<TemporalSettings['tls']>) {
  if (typeof tls === 'boolean') return tls;
  const { serverName, rootCa, clientCert, clientKey } = tls;
  return {
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(rootCa === undefined ? {} : { serverRootCACertificate: rootCa }),
    ...(clientCert === undefined || clientKey === undefined
      ? {}
      : { clientCertPair: { crt: clientCert, key: clientKey } }),
  };
}
