import { z } from 'zod'
import { casesSchema } from '../src/case/case-schema.ts'
import { charterSchema } from '../src/charter/schema.ts'
import { guardFileSchema } from '../src/cli/guard/schema.ts'
import { identitiesSchema } from '../src/prove/identity/schema.ts'

/** A JSON Schema 2020-12 of what people write (defaults need not be given), as pretty text. */
export function schemaText(name: string, schema: z.ZodType, title: string): string {
  const {
    $schema,
    title: own,
    ...rest
  } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' })
  const id = `https://lockstep.dev/schema/${name}.schema.json`
  return `${JSON.stringify({ $schema, $id: id, title: own ?? title, ...rest }, null, 2)}\n`
}

export const charterText = (): string => schemaText('charter', charterSchema, 'Lockstep charter')
export const identitiesText = (): string => schemaText('identities', identitiesSchema, 'Lockstep identities')
export const casesText = (): string => schemaText('cases', casesSchema, 'Lockstep cases')
export const guardText = (): string => schemaText('guard', guardFileSchema, 'Lockstep guard')
