import type { Client } from '@temporalio/client';
import { isJsonObject, type RunInput } from '@compozy/core';

/** What a run was started with: the first event of its history has it. Of the newest run, where none is named. */
export async function readRunInput(client: Client, workflowId: string, runId?: string): Promise<RunInput | undefined> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, ...(runId === undefined ? {} : { runId }) },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (payload === undefined) return undefined;
  let payloads = [payload];
  for (const codec of loadedDataConverter.payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  const input = loadedDataConverter.payloadConverter.fromPayload<unknown>(payloads[0]!);
  return isJsonObject(input) ? (input as unknown as RunInput) : undefined;
}
