// The globals that the Temporal workflow sandbox injects beside ECMAScript itself (SDK 1.24, vm-shared.ts).
// Nothing else exists there: no process, Buffer, fetch, crypto, structuredClone, performance or setInterval.
declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
interface AbortSignal {
  readonly aborted: boolean;
}
interface ErrorConstructor {
  stackTraceLimit: number;
}
