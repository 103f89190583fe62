// Descriptions in a few words, and what a draft of them says.
import assert from 'node:assert/strict'
import { checkCharter } from '../../src/charter/check/check.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { ApiDescription } from '../../src/charter/source/description.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import { printDraft } from '../../src/draft/print.ts'

export type Json = Readonly<Record<string, unknown>>

function describe(document: unknown): ApiDescription {
  const { description } = readDescription('api', document, () => ({ file: 'openapi.json', line: 1, column: 1 }))
  assert.ok(description)
  return description
}

export function textOf(description: ApiDescription): string {
  return printDraft(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21' }))
}

/** Errors of `lockstep check` on the draft; warnings are for the person. */
export function errorsOf(description: ApiDescription): string[] {
  const { charter, diagnostics } = parseCharter([{ file: 'charter.yaml', text: textOf(description) }])
  if (charter === undefined) return diagnostics.map(({ message, line }) => `${line}: ${message}`)
  const linked = linkCharter(charter, new Map([[description.source, description]]))
  const all = [...linked.diagnostics, ...checkCharter(linked.charter, charter, { today: '2026-11-21' })]
  // Nothing may be left uncovered either: it would be denied and never tested.
  const wrong = all.filter((each) => hasErrors([each]) || each.code === 'operation-uncovered')
  return wrong.map(({ message, line }) => `${line}: ${message}`)
}

export interface Operation {
  readonly says?: string
  readonly body?: Json
  readonly answer?: Json
  readonly more?: Json
}

/** An OpenAPI document from `METHOD /path` to what is particular about it. */
export function api(operations: Readonly<Record<string, Operation>>, schemas: Json = {}): ApiDescription {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [place, { says, body, answer, more }] of Object.entries(operations)) {
    const [method = '', path = ''] = place.split(' ')
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
    const content = (schema: unknown): Json => ({ content: { 'application/json': { schema } } })
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        ...(says === undefined ? {} : { summary: says }),
        parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...(body === undefined ? {} : { requestBody: content(body) }),
        responses: { '200': { description: 'ok', ...(answer === undefined ? {} : content(answer)) } },
        ...more,
      },
    }
  }
  const securitySchemes = { token: { type: 'http', scheme: 'bearer' } }
  const info = { title: 'Test', version: '1' }
  return describe({
    openapi: '3.1.0',
    info,
    paths,
    security: [{ token: [] }],
    components: { schemas, securitySchemes },
  })
}
