import type { Diagnostic } from '../../charter/diagnostic.ts'
import { nearest } from '../../charter/nearest.ts'
import { type CharterFile, type Path, parseYaml } from '../../charter/parse.ts'
import { parseReference } from '../../charter/pointer.ts'
import { identitiesSchema, type RawIdentities, type RawIdentity, type RawStep } from './schema.ts'
import { isSecretHeader, isSecretMember } from './secret.ts'
import { hasReference, parseTemplate } from './template.ts'

type Report = (code: string, message: string, path: Path, help?: string) => void

/** Names a charter has, to check an identities file against. */
export interface KnownNames {
  readonly actors: readonly string[]
  readonly sources: readonly string[]
}

/**
 * Reads an identities file and reports everything wrong with it; reads no secret.
 *
 * @param known - The charter's names; without them actors and sources are not checked.
 * @returns `identities` only when nothing is wrong.
 */
export function parseIdentities(
  file: CharterFile,
  known?: KnownNames,
): { identities?: RawIdentities; diagnostics: Diagnostic[] } {
  const { value, locate, diagnostics } = parseYaml(file, identitiesSchema)
  if (value === undefined) return { diagnostics }
  const report: Report = (code, message, path, help) => {
    diagnostics.push({ code, severity: 'error', message, ...locate(path), ...(help === undefined ? {} : { help }) })
  }
  checkNames(value, known, report)
  checkTemplates(value, [], report)
  checkSecrets(value, [], report)
  for (const [name, identity] of Object.entries(value.identities))
    checkIdentity(identity, ['identities', name], value, report)
  return diagnostics.length === 0 ? { identities: value, diagnostics } : { diagnostics }
}

function checkNames(file: RawIdentities, known: KnownNames | undefined, report: Report): void {
  const names = Object.keys(file.identities)
  checkName(file.observer, names, ['observer'], report)
  for (const [name, identity] of Object.entries(file.identities))
    checkName(identity.for, names, ['identities', name, 'for'], report)
  for (const [name, hook] of Object.entries(file.hooks ?? {})) {
    checkName(hook?.as, names, ['hooks', name, 'as'], report)
    checkSource(hook?.source, file, ['hooks', name], report)
  }
  if (known === undefined) return
  for (const target of Object.keys(file.targets)) checkName(target, known.sources, ['targets', target], report)
  for (const [name, { actor }] of Object.entries(file.identities)) {
    for (const each of [actor].flat()) checkName(each, known.actors, ['identities', name, 'actor'], report)
  }
}

function checkName(name: string | undefined, names: readonly string[], path: Path, report: Report): void {
  if (name === undefined || names.includes(name)) return
  const found = nearest(name, names)
  report(
    'unknown-name',
    `there is no \`${name}\``,
    path,
    found === undefined ? `known: ${names.join(', ')}` : `did you mean \`${found}\`?`,
  )
}

function checkSource(source: string | undefined, file: RawIdentities, path: Path, report: Report): void {
  const targets = Object.keys(file.targets)
  if (source !== undefined) checkName(source, targets, [...path, 'source'], report)
  else if (targets.length !== 1)
    report('missing-source', 'it is open which target this goes to', path, 'add `source:` with the name of a target')
}

function checkIdentity(identity: RawIdentity, path: Path, file: RawIdentities, report: Report): void {
  const captured = new Set<string>()
  const checkSteps = (steps: readonly RawStep[], stepsPath: Path): void => {
    for (const [index, step] of steps.entries()) checkStep(step, [...stepsPath, index], { file, captured, report })
  }
  checkSteps(identity.login ?? [], [...path, 'login'])
  checkSteps(identity.refresh?.steps ?? [], [...path, 'refresh', 'steps'])
  if (identity.refresh !== undefined && identity.login === undefined && identity.refresh.steps === undefined) {
    report('nothing-to-refresh', 'refresh needs `login` or its own `steps`', [...path, 'refresh'])
  }
  if (identity.pool !== undefined && identity.login === undefined) {
    report('pool-without-login', 'a pool is registered by its `login` steps, and there are none', [...path, 'pool'])
  }
  for (const member of ['principal', 'headers', 'query'] as const)
    checkVars(identity[member], captured, [...path, member], report)
}

function checkStep(
  step: RawStep,
  path: Path,
  context: { file: RawIdentities; captured: Set<string>; report: Report },
): void {
  const { file, captured, report } = context
  checkSource(step.source, file, path, report)
  if (step.body !== undefined && step.form !== undefined)
    report('two-bodies', 'a step has `body` or `form`, not both', path)
  for (const member of ['request', 'headers', 'body', 'form'] as const)
    checkVars(step[member], captured, [...path, member], report)
  for (const [name, expression] of Object.entries(step.capture ?? {})) {
    captured.add(name)
    if (parseReference(expression)?.from === 'response') continue
    const help = 'write `$response.body#/token` or `$response.header.X-Token`'
    report('wrong-reference', `\`${expression}\` is no place in a response`, [...path, 'capture', name], help)
  }
}

function checkVars(value: unknown, captured: ReadonlySet<string>, path: Path, report: Report): void {
  walkTexts(value, path, (text, at) => {
    for (const piece of parseTemplate(text)) {
      if (piece.kind === 'var') checkName(piece.name, [...captured], at, report)
    }
  })
}

function checkTemplates(value: unknown, path: Path, report: Report): void {
  walkTexts(value, path, (text, at) => {
    for (const piece of parseTemplate(text)) {
      if (piece.kind !== 'unknown') continue
      report(
        'wrong-placeholder',
        `\`${piece.text}\` is no placeholder`,
        at,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
        'use ${env:NAME}, ${file:PATH}, ${var:captured} or ${fresh}',
      )
    }
  })
}

/** SECURITY: a secret written down here would end up in version control; only references are accepted. */
function checkSecrets(value: unknown, path: Path, report: Report): void {
  walkTexts(value, path, (text, at) => {
    const [parent, name] = [at.at(-2), String(at.at(-1))]
    const isCapture = parent === 'capture'
    const secret = parent === 'headers' ? isSecretHeader(name) : !isCapture && isSecretMember(name)
    if (!secret || hasReference(text)) return
    report(
      'literal-secret',
      `\`${name}\` holds a literal value`,
      at,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
      'keep it elsewhere: ${env:NAME} or ${file:.lockstep/name}',
    )
  })
  walkTexts(value, path, (text, at) => {
    if (at[0] === 'targets' && /\/\/[^/]*@/.test(text))
      report('literal-secret', 'a target carries credentials in its URL', at)
  })
}

function walkTexts(value: unknown, path: Path, visit: (text: string, path: Path) => void): void {
  if (typeof value === 'string') visit(value, path)
  else if (typeof value === 'number' && isSecretMember(String(path.at(-1)))) visit(String(value), path)
  else if (Array.isArray(value))
    for (const [index, element] of value.entries()) walkTexts(element, [...path, index], visit)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) walkTexts(member, [...path, key], visit)
  }
}
