import type { ApiDescription } from '../../src/charter/source/description.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'

const answer = {
  '200': { description: 'ok', content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
}
const id = [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }]
const body = {
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['amount'],
        properties: { amount: { type: 'integer', example: 5 }, giftId: { type: 'string' } },
      },
    },
  },
}

/** A small API: two operations with an id of their own, the others named by their paths. */
export const shopDocument = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/orders': {
      post: { operationId: 'createOrder', requestBody: body, responses: answer },
      get: { responses: { '200': { description: 'ok' } } },
    },
    '/orders/{orderId}': { get: { operationId: 'getOrder', parameters: id, responses: answer } },
    '/orders/{orderId}/pay': { post: { parameters: id, responses: answer } },
    '/orders/{orderId}/ship': { post: { operationId: 'shipOrder', parameters: id, responses: answer } },
  },
  components: {
    schemas: {
      Order: {
        type: 'object',
        properties: { id: { type: 'string' }, status: { type: 'string', enum: ['placed', 'paid', 'shipped'] } },
      },
    },
  },
} as const

/** The description as a source of the name. */
export function shop(name: string): ApiDescription {
  const { description } = readDescription(name, shopDocument, () => ({ file: 'openapi.json', line: 1, column: 1 }))
  if (description === undefined) throw new Error('the shop is a description')
  return description
}
