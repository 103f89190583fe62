/** The canonical form of an agent card, over which it is signed (A2A 1.0.1, section 8.4.1; fields as in a2a.proto). */
import canonicalize from 'canonicalize'
import { isRecord } from '../../wire/to-http.ts'

/** `!` is required and always there, `?` is there when it was set, anything else only when it is not the default. */
interface Field {
  readonly kept?: '!' | '?'
  readonly of?: Shape
  /** Members are named freely. */
  readonly map?: true
  /** Any JSON. */
  readonly free?: true
}
type Shape = Readonly<Record<string, Field>>

const must: Field = { kept: '!' }
const may: Field = { kept: '?' }
const plain: Field = {}
const scopes: Field = { kept: '!', map: true, of: {} }
const requirement: Shape = { schemes: { map: true, of: { list: plain } } }
const flow = { tokenUrl: must, refreshUrl: plain, scopes }
const flows: Shape = {
  authorizationCode: { of: { ...flow, authorizationUrl: must, pkceRequired: plain } },
  clientCredentials: { of: flow },
  implicit: { of: { authorizationUrl: plain, refreshUrl: plain, scopes: { map: true, of: {} } } },
  password: { of: { tokenUrl: plain, refreshUrl: plain, scopes: { map: true, of: {} } } },
  deviceCode: { of: { ...flow, deviceAuthorizationUrl: must } },
}
const scheme: Shape = {
  apiKeySecurityScheme: { of: { description: plain, location: must, name: must } },
  httpAuthSecurityScheme: { of: { description: plain, scheme: must, bearerFormat: plain } },
  oauth2SecurityScheme: { of: { description: plain, flows: { kept: '!', of: flows }, oauth2MetadataUrl: plain } },
  openIdConnectSecurityScheme: { of: { description: plain, openIdConnectUrl: must } },
  mtlsSecurityScheme: { of: { description: plain } },
}
const skill: Shape = {
  id: must,
  name: must,
  description: must,
  tags: must,
  examples: plain,
  inputModes: plain,
  outputModes: plain,
  securityRequirements: { of: requirement },
}
const card: Shape = {
  name: must,
  description: must,
  supportedInterfaces: { kept: '!', of: { url: must, protocolBinding: must, tenant: plain, protocolVersion: must } },
  provider: { of: { url: must, organization: must } },
  version: must,
  documentationUrl: may,
  capabilities: {
    kept: '!',
    of: {
      streaming: may,
      pushNotifications: may,
      extensions: { of: { uri: plain, description: plain, required: plain, params: { free: true } } },
      extendedAgentCard: may,
    },
  },
  securitySchemes: { map: true, of: scheme },
  securityRequirements: { of: requirement },
  defaultInputModes: must,
  defaultOutputModes: must,
  skills: { kept: '!', of: skill },
  iconUrl: may,
}

/**
 * The texts a card may have been signed as: as the specification has it; as SDKs write it, which leave out required members that are empty
 * too; and a card of another version as it came. Members no version knows are in none but the last: no signature is over them.
 */
export function canonicalForms(document: Readonly<Record<string, unknown>>): readonly string[] {
  const { signatures: _, ...unsigned } = document
  const isCurrent = Array.isArray(document['supportedInterfaces'])
  const forms = isCurrent
    ? [canonicalize(formOf(unsigned, card, false)), canonicalize(formOf(unsigned, card, true))]
    : [canonicalize(unsigned)]
  return [...new Set(forms.flatMap((each) => each ?? []))]
}

function formOf(value: unknown, shape: Shape, bare: boolean): Readonly<Record<string, unknown>> {
  const entries = Object.entries(isRecord(value) ? value : {}).flatMap(([name, member]) => {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (field === undefined || member === null) return []
    const formed = memberOf(member, field, bare)
    const isKept = field.kept === '?' || (field.kept === '!' && !bare)
    return isKept || !isDefault(formed) ? [[name, formed] as const] : []
  })
  return Object.fromEntries(entries)
}

function memberOf(member: unknown, field: Field, bare: boolean): unknown {
  const { of, map, free } = field
  if (of === undefined || free === true) return member
  if (map === true) {
    const entries = Object.entries(isRecord(member) ? member : {})
    // An entry of a map is there, whatever it holds; SDKs leave out what holds nothing.
    const formed = entries.map(([name, each]) => [name, isRecord(each) ? formOf(each, of, bare) : each] as const)
    return Object.fromEntries(bare ? formed.filter(([, each]) => !isDefault(each)) : formed)
  }
  if (!Array.isArray(member)) return formOf(member, of, bare)
  const formed = member.map((each: unknown) => formOf(each, of, bare))
  return bare ? formed.filter((each) => !isDefault(each)) : formed
}

function isDefault(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === '' || value === 0 || value === false || (isRecord(value) && Object.keys(value).length === 0)
}
