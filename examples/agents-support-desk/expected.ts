/** Scenarios in which something else happens than should, and why. Whoever mends the reason takes the entry out. */
export const KNOWN: Readonly<Record<string, string>> = {
  'approvals-are-somebody-elses: a manager approves what her own agent asked for':
    'an approval excludes who makes the call, not those it is made for',
  'approvals-are-somebody-elses: a manager approves what an agent of her agent asked for':
    'an approval excludes who makes the call, not those it is made for',
  'approvals-are-somebody-elses: a manager grants a credit that her agent proposed':
    'the creator is compared with who makes the call, not with those it is made for',
  'approvals-are-somebody-elses: her agent grants what she proposed':
    'the creator is compared with who makes the call, not with those it is made for',
}
