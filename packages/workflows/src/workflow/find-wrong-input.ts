import { isExecId, isJsonObject, type FailureRecord } from '@compozy/core';

/**
 * What is wrong with the input of a run, which any Temporal client may have sent. Only a run that goes on may have a
 * state: from anybody else it would be one that no release of the machine made.
 */
export function findWrongInput(input: unknown, isContinued: boolean): FailureRecord | undefined {
  if (!isJsonObject(input)) return wrong('The input of a run is an object, such as {"input": {…}}');
  const { workflow_exec_id: execId, trigger, resume } = input;
  if (execId !== undefined && !isExecId(execId)) {
    return wrong('"workflow_exec_id" has 1 to 200 characters, no white space and no control characters among them');
  }
  if (trigger !== undefined && !isJsonObject(trigger)) return wrong('"trigger" is an object, such as {"type": "api"}');
  if (resume !== undefined && !isContinued) return wrong('"resume" is for runs that continue as new; leave it out');
  return undefined;
}

function wrong(message: string): FailureRecord {
  return { code: 'Input.Invalid', message, retryable: false };
}
