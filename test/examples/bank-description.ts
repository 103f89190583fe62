import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import type { Answer, Send } from './bank-client.ts'

const document: unknown = parse(
  readFileSync(new URL('../../examples/bank-payments/openapi.yaml', import.meta.url), 'utf8'),
)
const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const ajv = new Ajv2020({ strict: false, validateFormats: false, multipleOfPrecision: 6 })
ajv.addSchema({ $id: 'api:bank', ...record(document) })

interface Described {
  operationId: string
  line: RegExp
  schemaOf(status: number): string | undefined
}

/** Every operation of the description. */
export const OPERATIONS: readonly Described[] = Object.entries(at(document, 'paths')).flatMap(([path, item]) =>
  METHODS.filter((method) => method in record(item)).map((method) => described(path, method, at(item, method))),
)

/** Wraps `send` so that every answer must be one the description foresees; notes the operations called in `seen`. */
export function checked(send: Send, seen: Set<string>): Send {
  return async (who, line, body, headers) => {
    const answer = await send(who, line, body, headers)
    const operation = OPERATIONS.find((candidate) => candidate.line.test(line))
    assert.ok(operation, `${line} is not in the description`)
    if (answer.status < 300) seen.add(operation.operationId)
    conform(operation, answer)
    return answer
  }
}

function conform({ operationId, schemaOf }: Described, { status, body }: Answer): void {
  const pointer = schemaOf(status)
  assert.ok(pointer, `${operationId} is not described to answer ${status}`)
  assert.ok(ajv.validate({ $ref: `api:bank${pointer}` }, body), `${operationId} ${status}: ${ajv.errorsText()}`)
}

function described(path: string, method: string, operation: Record<string, unknown>): Described {
  const pattern = path.replace(/\{\w+\}/g, '[^/?]+')
  const schemaOf = (status: number): string | undefined => {
    const response = record(operation.responses)[status]
    if (response === undefined) return undefined
    const { $ref } = record(response)
    if ($ref !== undefined) return '#/components/schemas/Problem'
    return String(at(response, 'content', 'application/json', 'schema').$ref)
  }
  return {
    operationId: String(operation.operationId),
    line: new RegExp(`^${method.toUpperCase()} ${pattern}(\\?.*)?$`),
    schemaOf,
  }
}

function at(value: unknown, ...keys: readonly string[]): Record<string, unknown> {
  return keys.reduce((inner, key) => record(inner[key]), record(value))
}

function record(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null)
  return { ...value }
}
