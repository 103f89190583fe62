/** Requests of the AuthZEN Authorization API 1.0, as they come. */
import { z } from 'zod'
import { isRecord } from '../../wire/to-http.ts'

const members = z.record(z.string(), z.unknown())
const subject = z.looseObject({ type: z.string().min(1), id: z.string().min(1), properties: members.optional() })
const action = z.looseObject({ name: z.string().min(1), properties: members.optional() })
const resource = z.looseObject({ type: z.string().min(1), id: z.string().min(1), properties: members.optional() })

/** One question (section 6.1). Members nobody knows are ignored. */
export const evaluationSchema: z.ZodType<Evaluation> = z.looseObject({
  subject,
  action,
  resource,
  context: members.optional(),
})

type Members = Readonly<Record<string, unknown>>

export interface Evaluation {
  readonly subject: { readonly type: string; readonly id: string; readonly properties?: Members | undefined }
  readonly action: { readonly name: string; readonly properties?: Members | undefined }
  readonly resource: { readonly type: string; readonly id: string; readonly properties?: Members | undefined }
  readonly context?: Members | undefined
}

export type Semantic = 'execute_all' | 'deny_on_first_deny' | 'permit_on_first_permit'

/** Several questions (section 7.1): what one leaves out it has from the top, member by member, whole. */
export const batchSchema: z.ZodType<Batch> = z.looseObject({
  subject: z.unknown().optional(),
  action: z.unknown().optional(),
  resource: z.unknown().optional(),
  context: z.unknown().optional(),
  evaluations: z.array(z.unknown()).max(1000).optional(),
  options: z
    .looseObject({
      evaluations_semantic: z.enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']).optional(),
    })
    .optional(),
})

export interface Batch {
  readonly subject?: unknown
  readonly action?: unknown
  readonly resource?: unknown
  readonly context?: unknown
  readonly evaluations?: readonly unknown[] | undefined
  readonly options?: { readonly evaluations_semantic?: Semantic | undefined } | undefined
}

/** Each question of a batch with its defaults, unchecked. Pure. */
export function questionsOf(batch: Batch): readonly unknown[] {
  const { subject, action, resource, context } = batch
  const defaults = Object.fromEntries(
    Object.entries({ subject, action, resource, context }).filter(([, value]) => value !== undefined),
  )
  return (batch.evaluations ?? []).map((each) => (isRecord(each) ? { ...defaults, ...each } : each))
}
