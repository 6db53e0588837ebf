import { DefaultLogger, Runtime } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { createEventSender } from '@compozy/dispatcher';
import { createTestServer } from '@compozy/testing';
import { createClient } from '@compozy/worker';

it('everybody who waits hears that Temporal is away when the first one does', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const server = await createTestServer();
  const { client, close } = await createClient({ hostPort: server.address });
  const sender = createEventSender({ client, project: 'away', instance: 'x' });
  await sender.send([{ name: 'tick' }]);
  await server.stop();

  const codes: unknown[] = [];
  // More than three signals take.
  const sent = Array.from({ length: 350 }, () =>
    sender.send([{ name: 'tick' }]).catch((error: { readonly code?: unknown }) => void codes.push(error.code)),
  );
  await Promise.race(sent);
  await new Promise((resolve) => setImmediate(resolve));
  expect(codes).toEqual(sent.map(() => 'Event.NotAccepted'));
  await close();
});
