export interface Expense {
  employee: string;
  amount: number;
  currency: string;
  purpose: string;
}

export interface ApprovalRequest {
  title: string;
  employee: string;
  approver: string;
}

/** From this amount on the head of finance decides. */
const LARGE = 1_000;

export function prepareRequest({ expense }: { expense: Expense }): ApprovalRequest {
  const { employee, amount, currency, purpose } = expense;
  return {
    title: `${amount.toFixed(2)} ${currency} for ${purpose}`,
    employee,
    approver: amount >= LARGE ? 'finance' : 'manager',
  };
}
