/** Kinds of values that guard files have in several places. */
import { z } from 'zod'
import { parseDuration } from '../../charter/duration.ts'

/** Text that is not empty. */
export const text: z.ZodString = z.string().min(1)

/** A name of something in the file. */
export const name: z.ZodString = text.regex(
  /^[A-Za-z][\w-]*$/,
  'a name has letters, digits, `-` and `_`, and starts with a letter',
)

/** A duration; comes out in milliseconds. */
export function span(
  written: string,
  description: string,
): z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>> {
  return z
    .string()
    .regex(/^\d+(ms|s|m|h|d)$/, 'a duration is written `250ms`, `30s` or `15m`')
    .transform((given) => parseDuration(given) ?? 0)
    .prefault(written)
    .meta({ description: `${description} Without it, ${written}.` })
}

/** The path of a file. */
export function file(description: string): z.ZodString {
  return text.meta({ description: `${description} Relative to the guard file.` })
}

/** Where a source works on what it is sent, and who does: what flows of the charter mean by `region:` and `provider:`. */
export const locality: { readonly region: z.ZodOptional<z.ZodString>; readonly provider: z.ZodOptional<z.ZodString> } =
  {
    region: text.optional().meta({ description: 'Where it works on what it is sent, for flows to `region:`: `eu`.' }),
    provider: text.optional().meta({ description: 'Who runs it, for flows to `provider:`: `acme`.' }),
  }

/** A port; 0 takes any free one. */
export function port(preset: number): z.ZodDefault<z.ZodInt> {
  return z
    .int()
    .min(0)
    .max(65_535)
    .default(preset)
    .meta({ description: `0 takes any free port. Without it, ${preset}.` })
}

/** Text in which secrets may be named. */
export const template: z.ZodString = text.meta({
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
  description: 'May name secrets: ${env:NAME} or ${file:PATH}.',
})

/** The certificate of a door. */
export const certificate: z.ZodObject<{ cert: z.ZodString; key: z.ZodString }, z.core.$strict> = z.strictObject({
  cert: file('The certificate, PEM.'),
  key: file('Its key, PEM.'),
})

/** A reference to a secret that is kept elsewhere, and nothing else. */
export const secret: z.ZodString = text
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
  .regex(/^\$\{(?:env|file):[^}]+\}$/, 'a secret is named, never written down: ${env:NAME} or ${file:PATH}')
