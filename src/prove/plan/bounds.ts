/** Amounts as the description of the API takes them: within its bounds, in its steps, and more than nothing where it does not say. */
import type { CallRequest } from '../../charter/charter.ts'
import { getPointer } from '../../charter/pointer.ts'
import { conforms } from '../../charter/source/conform.ts'
import { numberOf } from '../../charter/source/plain.ts'
import { resolveSchema } from '../../charter/source/schema.ts'
import { valueAt } from '../../wire/place.ts'
import { argumentOf, descriptionOf, type Ground } from './argument.ts'

/**
 * How many of the numbers that rules read are none the API takes. What the request of the ground says is taken for right, as an
 * example is; so is what is no number.
 */
export function misfitsOf(ground: Ground, reads: readonly (readonly string[])[]): (request: CallRequest) => number {
  const description = descriptionOf(ground)
  const places = new Map(
    reads.flatMap((read) => {
      const argument = argumentOf(ground, read)
      return argument === undefined ? [] : [[JSON.stringify([argument.at, argument.below]), argument] as const]
    }),
  )
  const checks = [...places.values()].map(({ at, below, current, schema }) => {
    const from = schema === undefined || description === undefined ? {} : resolveSchema(description, schema)
    const open = numberOf(from['minimum']) === undefined && numberOf(from['exclusiveMinimum']) === undefined
    return (request: CallRequest): boolean => {
      const value = getPointer(valueAt(request, at), below)
      if (value === current || typeof value !== 'number') return true
      if (open && value <= 0) return false
      return description === undefined || schema === undefined || conforms(description, schema, value)
    }
  })
  return (request) => checks.filter((fits) => !fits(request)).length
}

/** The nearest numbers that a schema takes to those that it does not. */
export function nearestIn(ground: Ground, schema: unknown, values: readonly unknown[]): number[] {
  const description = descriptionOf(ground)
  if (description === undefined || schema === undefined) return []
  const resolved = resolveSchema(description, schema)
  const [least, most, step] = ['minimum', 'maximum', 'multipleOf'].map((name) => numberOf(resolved[name]))
  if (least === undefined && most === undefined && step === undefined) return []
  const size = step === undefined || step <= 0 ? undefined : step
  return values.flatMap((value) => {
    if (typeof value !== 'number' || conforms(description, schema, value)) return []
    const stepped = size === undefined ? value : Math.floor(value / size) * size
    const near = Math.min(Math.max(stepped, least ?? stepped), most ?? Number.POSITIVE_INFINITY)
    return conforms(description, schema, near) ? [near] : []
  })
}
