import { describeBlobStore, type ContractRunner } from './describe-blob-store.js';
import { describeEventRows } from './store-contract/describe-event-rows.js';
import { describeExecutionRows } from './store-contract/describe-execution-rows.js';
import { describeRetention } from './store-contract/describe-retention.js';
import { describeShared } from './store-contract/describe-shared.js';
import { describeTaskRows } from './store-contract/describe-task-rows.js';
import type { StoreContract } from './store-contract/store-contract.js';

/** Declares the tests that every store has to pass, those of its blobs included. */
export function describeStore(contract: StoreContract, runner: ContractRunner): void {
  runner.describe(`Store contract: ${contract.name}`, () => {
    describeExecutionRows(contract, runner);
    describeTaskRows(contract, runner);
    describeEventRows(contract, runner);
    describeShared(contract, runner);
    describeRetention(contract, runner);
    describeBlobStore(
      {
        name: contract.name,
        create: async () => {
          const context = await contract.create();
          return { store: context.store.blobs, [Symbol.asyncDispose]: () => context[Symbol.asyncDispose]() };
        },
      },
      runner,
    );
  });
}
