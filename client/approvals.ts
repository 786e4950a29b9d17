/** Renders the approvals so far: `2 of 2 (jan, kim)`. */
export function renderApprovals(approvals: readonly string[], needed: number): string {
  return `${approvals.length} of ${needed}${approvals.length > 0 ? ` (${approvals.join(', ')})` : ''}`;
}
