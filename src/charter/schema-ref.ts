/** Other objects that a call names, or that are found by what they say. */
import { z } from 'zod'
import { by, name, names, pointer, reference, says, sought } from './schema-word.ts'

const demanded = {
  object: name,
  by: by.optional().meta({ description: 'What the caller must be to the referenced object, as `owner`.' }),
  in: names.optional().meta({ description: 'The states the referenced object must be in.' }),
  optional: z.boolean().optional().meta({ description: 'The argument may be left out.' }),
  says,
}

export const referenced = z.union([
  reference,
  z.strictObject({
    ...demanded,
    key: reference.optional().meta({ description: 'Where its key is; or say with `where` what it looks like.' }),
    where: z.record(pointer, sought).optional().meta({
      description: 'It is looked for in the `list` of its type: each place in it is equal to what is named here.',
    }),
    none: z
      .boolean()
      .optional()
      .meta({ description: 'With `where`: there must be none, or none in the states of `in`.' }),
  }),
])
