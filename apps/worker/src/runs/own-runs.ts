import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { CompozyError, SEARCH_ATTRIBUTES } from '@compozy/core';

export interface OwnRunsOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
}

/** Projects of one namespace may have the same workflow ids, and their callers choose the same execution ids. */
export interface OwnRuns {
  /** Whether the run with this Workflow Id is of the project. @throws WorkflowNotFoundError */
  has(temporalId: string): Promise<boolean>;
  /** To steer it. @throws `Config.WrongProject`; WorkflowNotFoundError */
  handle(temporalId: string): Promise<WorkflowHandle>;
}

const PROJECT_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.project, 'KEYWORD');

export function createOwnRuns({ client, project, taskQueue }: OwnRunsOptions): OwnRuns {
  const isOwn = ({ memo, typedSearchAttributes, taskQueue: queue }: WorkflowExecutionDescription): boolean => {
    const owner: unknown = memo?.['compozy_project'] ?? typedSearchAttributes.get(PROJECT_KEY);
    // Who started it by himself need not have said.
    return typeof owner === 'string' ? owner === project : queue === taskQueue;
  };

  async function has(temporalId: string): Promise<boolean> {
    return isOwn(await client.workflow.getHandle(temporalId).describe());
  }

  return {
    has,
    async handle(temporalId) {
      if (await has(temporalId)) return client.workflow.getHandle(temporalId);
      const message = `The run with the Workflow Id "${temporalId}" is not of project "${project}": steer it by a worker of its own project`;
      throw new CompozyError('Config.WrongProject', message, { details: { temporal_workflow_id: temporalId } });
    },
  };
}
