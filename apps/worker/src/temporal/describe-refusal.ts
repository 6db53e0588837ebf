/** What of the settings decides who is to be asked for what. */
interface Wanted {
  readonly hostPort: string;
  readonly apiKey?: string;
  readonly tls?: unknown;
}

/** What the SDK says of a connection that was not made has no code, so it is told apart by its words. */
const CAUSES: readonly (readonly [said: RegExp, cause: string])[] = [
  [/^Invalid address/, 'this is no address; write host:port'],
  [/ConnectionRefused/, 'the connection is refused; start one, or correct the address'],
  [/dns error/, 'the name of the host is not known; correct the address'],
  [/InvalidContentType/, 'who answers there does not speak TLS; switch TLS off, or correct the address'],
  [
    /InvalidCertificate/,
    'the certificate of who answers there is not trusted; name the CA that signed it, and the server name in it',
  ],
  [/ParseError/, 'the certificate or the key of this client cannot be read; give both as PEM'],
  [/AlertReceived|HandshakeFailure/, 'who answers there refuses the TLS handshake; look at the client certificate'],
  [/TimeoutExpired|TimedOut|deadline/i, 'there is no answer in time; look at the address and at firewalls between'],
];

const CLOSED = /BrokenPipe|UnexpectedEof|ConnectionReset|ConnectionAborted|h2 protocol error|hyper::Error/;
const UNAUTHENTICATED = /valid authentication credentials/;
const FORBIDDEN = /does not have permission/;

/** Why there is no connection, and what to do. Nothing of what the server wrote, or of the settings, but the address. */
export function describeRefusal({ hostPort, apiKey, tls }: Wanted, error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  if (UNAUTHENTICATED.test(said)) {
    return apiKey === undefined
      ? `The Temporal server at ${hostPort} wants an API key or a client certificate; give it one`
      : `The Temporal server at ${hostPort} does not accept the API key; look whether it is right and not expired`;
  }
  if (FORBIDDEN.test(said)) {
    return `The Temporal server at ${hostPort} does not permit this; look at what the API key or certificate may do`;
  }
  const known = CAUSES.find(([words]) => words.test(said))?.[1];
  return `No Temporal server answers at ${hostPort}${known === undefined ? closed(said) : `: ${known}`}`;

  function closed(words: string): string {
    // With an API key the SDK encrypts unless it is told not to.
    const isPlain = tls === false || (tls === undefined && apiKey === undefined);
    if (!CLOSED.test(words)) return '; start one, or correct the address';
    return isPlain
      ? ': who answers there closes the connection; switch TLS on if it wants that, or correct the address'
      : ': who answers there closes the connection; correct the address';
  }
}
