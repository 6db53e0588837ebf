import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Keeps Temporal's SDK from logging in this process: failures are what many scenarios are about. To be called before
 * anything else of the SDK is used.
 */
export function silenceTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
    // A signal ends the process, not only its workers.
    shutdownSignals: [],
  });
}
