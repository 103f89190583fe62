// Approves a question as it is now, as somebody does who was just shown it.
import type { Guard } from '../../src/guard/guard.ts'

type Answering = Guard['approvals']['answer']

export async function approve(
  { approvals }: Pick<Guard, 'approvals'>,
  reference: string,
  by: Parameters<Answering>[1],
): ReturnType<Answering> {
  const question = await approvals.get(reference)
  const shown = question === undefined ? '' : (await approvals.see(question)).digest
  return approvals.answer(reference, by, { verdict: 'approve', shown })
}
