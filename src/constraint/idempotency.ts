import { evaluateReference, printReference } from '../charter/pointer.ts'
import type { Kind, Shortfall } from './kind.ts'

const missing: Shortfall = { outcome: 'broken', detail: 'the key is missing' }

/**
 * The same key has a single effect.
 *
 * A repeated key is not denied: it must get the answer of the first call, which is for the guard to give and for a proof to count.
 * What is decided is that the key is there, if the description of the operation requires it.
 */
export const idempotency: Kind<'idempotency'> = {
  compile: ({ key }, site) => {
    const { parameters } = site.charter.operations.get(site.use.operation)?.shape ?? { parameters: [] }
    const name = key.in === 'body' ? undefined : key.name.toLowerCase()
    const required = parameters.some((each) => each.required && each.in === key.in && each.name.toLowerCase() === name)
    return ({ call: { request } }) => {
      if (!required) return undefined
      const { header, path, query, body } = request
      const messages = { request: { body, headers: header ?? {}, path: path ?? {}, query: query ?? {} } }
      const value = evaluateReference(key, messages)
      return value === undefined || value === '' ? missing : undefined
    }
  },
  describe: ({ key, says }) => says ?? `calls with the same \`${printReference(key)}\` take effect once`,
  needs: () => [],
  classes: () => ['idempotency-missing', 'replay', 'race'],
}
