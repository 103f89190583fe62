import type { ToolFinding } from './finding.ts'
import { editDistance, nameWords, skeletonOf } from './name.ts'
import { memberOf, type Shown, type Tool } from './tool.ts'
import { excerptOf, plainText } from './visible.ts'

/** Another tool an agent sees beside the one that is looked at. */
export interface OtherTool {
  readonly tool: Tool
  /** The name of its server. */
  readonly server: string
  /** It is of the same server. */
  readonly same: boolean
}

/** Shorter names are near each other by chance. */
const shortestName = 6

/** Other tools that this one could be taken for. */
export function namesakes(tool: Tool, others: readonly OtherTool[]): ToolFinding[] {
  return others.flatMap((other) => namesake(tool, other) ?? overlap(tool, other) ?? [])
}

function namesake(tool: Tool, { tool: other, server, same }: OtherTool): ToolFinding | undefined {
  const [own, their] = [skeletonOf(tool.name), skeletonOf(other.name)]
  const which = same ? `\`${other.name}\`` : `\`${other.name}\` of \`${server}\``
  const at = '/name'
  const excerpt = excerptOf(tool.name)
  if (tool.name === other.name) {
    return { code: 'shadows-tool', severity: 'high', at, excerpt, says: `${which} has the same name` }
  }
  if (own === their) return { code: 'looks-like-tool', severity: 'high', at, excerpt, says: `it looks like ${which}` }
  if (!same && own.length >= shortestName && their.length >= shortestName) {
    const most = own.length > 12 ? 2 : 1
    if (editDistance(own, their, most) <= most) {
      return { code: 'looks-like-tool', severity: 'high', at, excerpt, says: `it is nearly called like ${which}` }
    }
  }
  if (decorates(tool.name, other.name)) {
    return {
      code: 'looks-like-tool',
      severity: same ? 'medium' : 'high',
      at,
      excerpt,
      says: `it is called like ${which}, with a word that praises it`,
    }
  }
  return undefined
}

const decorations: ReadonlySet<string> = new Set([
  'best',
  'better',
  'advanced',
  'enhanced',
  'premium',
  'pro',
  'plus',
  'super',
  'ultimate',
  'secure',
  'safe',
  'new',
  'official',
  'trusted',
  'verified',
  'preferred',
  'fast',
  'faster',
  'improved',
  'optimized',
  'real',
  'tool',
  'for',
  'the',
  'v2',
  'v3',
  '2',
  'next',
  'smart',
  'professional',
  'recommended',
])

/** `best_create_repository` is `create_repository` with a decoration. */
function decorates(name: string, other: string): boolean {
  const [own, their] = [nameWords(name), nameWords(other)]
  if (their.length === 0 || own.length <= their.length || !their.every((word) => own.includes(word))) return false
  return own.filter((word) => !their.includes(word)).every((word) => decorations.has(word))
}

const smallest = 8

/** Says nearly the same of itself as another one, and is another one. */
function overlap(tool: Tool, { tool: other, server, same }: OtherTool): ToolFinding | undefined {
  const [own, their] = [sentencesOf(tool), sentencesOf(other)]
  const shared = [...their].filter((sentence) => own.has(sentence))
  const [first] = shared
  if (first === undefined) return undefined
  // The same words of one server are its own affair.
  const severity = same ? 'low' : 'medium'
  const says = `it describes itself as \`${other.name}\`${same ? '' : ` of \`${server}\``} does`
  return { code: 'looks-like-tool', severity, at: '/description', excerpt: excerptOf(first), says }
}

function sentencesOf({ description }: Tool): ReadonlySet<string> {
  if (typeof description !== 'string') return new Set()
  const sentences = plainText(description.slice(0, 8000))
    .toLowerCase()
    .split(/[.!?\n]+\s*/)
    .map((each) => each.replaceAll(/\s+/g, ' ').trim())
  return new Set(sentences.filter((each) => each.length >= smallest * 3))
}

const orders =
  /\b(?:before|after|prior to|must|always|first|instead|then|redirect|when users?|automatically|rather than|do not use|don't use|deprecated|disabled|enhanced|upgraded)\b/i

/** Texts that speak of other tools. */
export function references(tool: Tool, shown: readonly Shown[], others: readonly OtherTool[]): ToolFinding[] {
  const words = shown.filter(({ kind }) => kind === 'words')
  return others.flatMap((other) => {
    const { name } = other.tool
    if (name === tool.name || !isDistinct(name)) return []
    const place = words.find(({ text }) => mentions(text, name))
    return place === undefined ? [] : [referenceTo(other, place)]
  })
}

/** A name of one everyday word is met in any text. */
const isDistinct = (name: string): boolean => nameWords(name).length > 1

function mentions(text: string, name: string): boolean {
  const at = text.indexOf(name)
  if (at === -1) return false
  return !/[\w-]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[at + name.length] ?? ' ')
}

function referenceTo({ tool: { name }, server, same }: OtherTool, { at, text }: Shown): ToolFinding {
  const from = text.indexOf(name)
  const around = text.slice(Math.max(0, from - 200), from + name.length + 120)
  const ordering = orders.test(around)
  const severity = same ? (ordering ? 'medium' : 'low') : ordering ? 'high' : 'medium'
  const whose = same ? '' : ` of \`${server}\``
  const says = `it speaks of \`${name}\`${whose}${ordering ? ', and how it is to be used' : ''}`
  return { code: 'refers-to-tool', severity, at, excerpt: excerptOf(text, from, from + name.length), says }
}

/** The server a tool's list says it is of; undefined where it says nothing. */
export function serverOf(document: unknown): string | undefined {
  const server = memberOf(document, 'server') ?? memberOf(document, 'serverInfo')
  const name = memberOf(server, 'name')
  return typeof name === 'string' ? name : undefined
}
