import { CompozyError, type Json, type PlanWebhook, type PlanWebhookEvent } from '@compozy/core';
import { evaluateCondition, isTrue, parseCondition } from '@compozy/core/condition';
import type { SchemaValidator } from '@compozy/core/schema';
import { evaluateValue } from '@compozy/core/template';
import { ApiProblem } from '../http/problem.js';
import type { Delivery } from './signature-schemes.js';

export interface WebhookRequest extends Delivery {
  readonly query: Readonly<Record<string, string>>;
}

/**
 * The first event of the webhook whose filter holds.
 *
 * @throws `Api.Malformed` for a filter that cannot be evaluated over this request.
 */
export function matchEvent(
  { events }: PlanWebhook,
  { payload, headers, query }: WebhookRequest,
): PlanWebhookEvent | undefined {
  const data = { payload, headers, query };
  return events.find(({ name, filter }) => {
    try {
      return isTrue(evaluateCondition(parseCondition(filter), data));
    } catch (error) {
      if (!CompozyError.isInstance(error)) throw error;
      const message = `The filter of the event "${name}" cannot be evaluated over this request: ${error.message}`;
      throw new ApiProblem('Api.Malformed', message, { cause: error });
    }
  });
}

/**
 * What the event carries: its `input` over the body of the request.
 *
 * @throws `Api.Rejected` for a template that fails, `Input.Invalid` with a JSON pointer for each mistake.
 */
export function eventPayload({ name, input, schema }: PlanWebhookEvent, body: Json, validator: SchemaValidator): Json {
  const payload = renderInput(name, input, body);
  if (schema === undefined) return payload;
  const result = validator.validate(schema, payload);
  if (result.ok) return payload;
  throw new ApiProblem('Input.Invalid', `What the webhook makes of the body is no payload of the event "${name}"`, {
    errors: result.problems.map(({ pointer, message }) => ({ pointer, in: 'input', detail: message })),
  });
}

function renderInput(name: string, input: PlanWebhookEvent['input'], body: Json): Json {
  try {
    return evaluateValue(input, { payload: body }, { now: Date.now, random: Math.random, missing: 'empty' });
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const message = `The input of the event "${name}" cannot be made of this body: ${error.message}`;
    throw new ApiProblem('Api.Rejected', message, { cause: error });
  }
}
