import type { ApprovalRequest } from './prepare-request.ts';

interface Answer {
  by: string;
  role: string;
  ok: boolean;
  note?: string;
}

/** An answer counts when the one who has to decide gave it. */
export function writeDecision({ request, answer }: { request: ApprovalRequest; answer: Answer }) {
  const counts = answer.role === request.approver && answer.by !== request.employee;
  const decision = answer.ok ? 'approved' : 'rejected';
  const note = answer.note === undefined ? '' : ` (${answer.note})`;
  return { counts, decision, sentence: `${decision} by ${answer.by}${note}` };
}
