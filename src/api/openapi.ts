/** The description of the console's API, made from its endpoints. */
import { z } from 'zod'
import type { Endpoint, EndpointTable } from './endpoint.ts'

/** OpenAPI 3.1, as a plain value. Pure. */
export function describeApi(table: EndpointTable): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, endpoint] of Object.entries(table)) {
    const [method = '', path = ''] = name.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(path, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lockstep console',
      version: '1',
      description:
        'What the console asks for. A session is a cookie; whatever changes something must come from the console’s own pages. Errors are problem details (RFC 9457).',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-lockstep' } },
      schemas: { Problem: problem },
      responses: {
        Problem: {
          description: 'It was not done',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

const problem = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
  },
  required: ['type', 'title', 'status'],
}

function operationOf(path: string, endpoint: Endpoint): Readonly<Record<string, unknown>> {
  const { id, summary, needs, body } = endpoint
  const parameters = [...pathParameters(path), ...queryParameters(endpoint.query)]
  return {
    operationId: id,
    summary,
    ...(needs === 'nobody' ? { security: [] } : {}),
    ...(needs === 'nobody' || needs === 'anybody' ? {} : { 'x-needs': needs }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body, 'input') } }),
    responses: { ...answerOf(endpoint), default: { $ref: '#/components/responses/Problem' } },
  }
}

function answerOf({ answer, text }: Endpoint): Readonly<Record<string, unknown>> {
  if (text !== undefined)
    return { 200: { description: 'As it comes', content: { [text]: { schema: { type: 'string' } } } } }
  if (answer === undefined) return { 204: { description: 'Done' } }
  return { 200: { description: 'Done', content: json(answer, 'output') } }
}

function pathParameters(path: string): readonly unknown[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodObject | undefined): readonly unknown[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(schema instanceof z.ZodType && schema.safeParse(undefined).success ? {} : { required: true }),
    schema: plain(schema as z.ZodType, 'input'),
  }))
}

function json(schema: z.ZodType, io: 'input' | 'output'): Readonly<Record<string, unknown>> {
  return { 'application/json': { schema: plain(schema, io) } }
}

function plain(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' })
  return rest
}
