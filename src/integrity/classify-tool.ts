import type { ToolFinding } from './finding.ts'
import { nameWords } from './name.ts'
import { memberOf, type Tool } from './tool.ts'
import { excerptOf } from './visible.ts'

/** What a tool does, gravest first. */
export type Effect = 'executes' | 'moves-money' | 'deletes' | 'sends-out' | 'writes' | 'reads'

/** A guess at what a tool does, to be corrected by a person. */
export interface ToolClass {
  /** The gravest of `effects`. */
  readonly effect: Effect
  readonly effects: readonly Effect[]
  /** Arguments that say whom or what it is about: JSON Pointers, `*` for each item. */
  readonly identity: readonly string[]
  /** The argument that says how much money, if one does. */
  readonly amount?: string
  /** One line for each effect. */
  readonly why: readonly string[]
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const verbs: Readonly<Record<Effect, ReadonlySet<string>>> = {
  executes: words('execute exec run eval evaluate shell bash terminal command spawn invoke compile'),
  'moves-money': words(
    'pay transfer refund charge purchase buy withdraw deposit wire remit donate tip checkout payout reimburse redeem',
  ),
  deletes: words('delete remove purge drop destroy erase trash wipe uninstall unlink terminate clear'),
  'sends-out': words(
    'send email mail post publish share invite notify message tweet upload forward reply broadcast submit announce sms dm webhook sync export',
  ),
  writes: words(
    'create add update set edit write modify change insert append upsert put patch save store register rename move copy merge cancel close open approve reject assign schedule reschedule book reserve order exchange return issue grant revoke enable disable start stop restart reset lock unlock archive restore import fork push commit tag label comment mark complete toggle unblock block subscribe unsubscribe accept decline suspend resume activate deactivate apply transition log record remember refuel trigger simulate make generate install configure connect manage',
  ),
  reads: words(
    'get list search find read fetch look lookup query describe show check count view retrieve calculate compute think validate verify compare browse inspect explain summarize analyze preview stat stats info status exists rating ratings price current think echo sum tree print',
  ),
}

const order: readonly Effect[] = ['executes', 'moves-money', 'deletes', 'sends-out', 'writes', 'reads']

/**
 * What a tool does, by its name, the first words of its description, its arguments and its annotations.
 *
 * Conservative: what is not clearly a read writes; `readOnlyHint` never makes a reader of a tool whose name or arguments say otherwise.
 */
export function classifyTool(tool: Tool): ToolClass {
  const found = new Map<Effect, string>()
  for (const [effect, why] of [...byName(tool), ...byDescription(tool), ...byArguments(tool), ...byAnnotations(tool)]) {
    if (!found.has(effect)) found.set(effect, why)
  }
  const effects = order.filter((effect) => found.has(effect))
  const grave = effects.filter((effect) => effect !== 'reads')
  if (effects.length === 0) {
    found.set('writes', 'nothing says what it does')
    effects.push('writes')
  }
  const named = grave.length > 0 ? grave : effects
  const amount = amountOf(tool)
  return {
    effect: named[0] ?? 'writes',
    effects: named,
    identity: identityOf(tool),
    ...(amount === undefined ? {} : { amount }),
    why: named.map((effect) => `${effect}: ${found.get(effect) ?? ''}`),
  }
}

type Sign = readonly [Effect, string]

/** Words that are things as often as doings: `issue_read` reads issues. */
const ambiguous: ReadonlySet<string> = words(
  'issue order comment label tag log record mark book message email mail status price open trigger run command invoice charge transfer exchange return message link export report stat info current',
)

/** The first verb of a name says what it does; an object of it may be called like another verb (`get_order`, `list_transfers`). */
function byName(tool: Tool): Sign[] {
  const all = nameWords(tool.name)
  const known = all.flatMap((word, index) => {
    const effect = order.find((each) => verbs[each].has(word))
    return effect === undefined ? [] : [{ word, index, effect }]
  })
  const verb = known.find(({ word }) => !ambiguous.has(word)) ?? known[0]
  const first =
    known[0]?.index === 0 && ambiguous.has(known[0].word) && verb?.index !== all.length - 1 ? known[0] : verb
  if (first === undefined) return []
  const { word, effect } = first
  const rest = all.slice(first.index + 1)
  if (word === 'transfer' && amountOf(tool) === undefined && !rest.some((each) => moneyThings.has(each))) {
    return [['writes', `its name says \`${word}\`, but of nothing that is money`]]
  }
  const signs: Sign[] = [[effect, `its name says \`${word}\``]]
  const money = rest.find((each) => moneyThings.has(each))
  if (effect !== 'reads' && effect !== 'deletes' && money !== undefined)
    signs.push(['moves-money', `its name says \`${word} ${money}\``])
  return signs
}

const moneyThings: ReadonlySet<string> = words(
  'money payment payments refund refunds transfer transaction funds payout invoice charge purchase donation certificate balance credit',
)

/** The verb a description begins with, in any form: `Sends`, `Sending`, `Send`. A reader does nothing else in its first sentence. */
function byDescription(tool: Tool): Sign[] {
  const { description } = tool
  if (typeof description !== 'string') return []
  const [sentence = ''] = description.trim().split(/[.\n]/)
  const said = sentence
    .split(/\s+/)
    .slice(0, 24)
    .map((word) => word.toLowerCase().replaceAll(/[^a-z]/g, ''))
  const [first] = said.slice(0, byName(tool)[0]?.[0] === 'reads' ? 1 : 3).flatMap((word) => signOf(word))
  if (first === undefined || first[0] !== 'reads') return first === undefined ? [] : [first]
  // What is called a reader is one unless the very first word says otherwise.
  if (byName(tool)[0]?.[0] === 'reads') return [first]
  const more = said
    .slice(1, 8)
    .flatMap((word) => signOf(word))
    .find(([effect]) => effect !== 'reads')
  return more === undefined ? [first] : [first, more]
}

function signOf(word: string): Sign[] {
  const says = `its description says \`${word}\``
  if (/^returns?$/.test(word)) return [['reads', says]]
  const forms = formsOf(word)
  if (forms.some((form) => ambiguous.has(form))) return []
  const effect = order.find((each) => forms.some((form) => verbs[each].has(form)))
  return effect === undefined ? [] : [[effect, says]]
}

const formsOf = (word: string): string[] => [
  word,
  word.replace(/s$/, ''),
  word.replace(/es$/, ''),
  word.replace(/ies$/, 'y'),
  word.replace(/ing$/, ''),
  word.replace(/ing$/, 'e'),
]

function byArguments(tool: Tool): Sign[] {
  const signs: Sign[] = []
  const names = argumentsOf(tool).map(({ at, words: own }) => ({ at, own, last: own.at(-1) ?? '' }))
  const has = (set: ReadonlySet<string>): string | undefined => names.find(({ last }) => set.has(last))?.at
  const code = has(words('command cmd script sql shell program bash'))
  if (code !== undefined) signs.push(['executes', `it takes \`${code}\``])
  const snippet = names.find(({ own }) => own.at(-1) === 'code' && (own.length === 1 || own[0] === 'source'))
  const runs = /\b(?:run|execut|evaluat|interpret)/i.test(typeof tool.description === 'string' ? tool.description : '')
  if (snippet !== undefined && runs) signs.push(['executes', `it takes \`${snippet.at}\` and runs it`])
  const url = names.find(
    ({ last, own }) => ['url', 'uri', 'link', 'webhook', 'endpoint'].includes(last) || own.includes('url'),
  )
  // Whoever chooses an address to be asked can say something with it.
  if (url !== undefined) signs.push(['sends-out', `it goes to an address it is given, \`${url.at}\``])
  // Deep inside, `to` is the end of an edge or a range.
  const to = names.find(({ at, last }) => receivers.has(last) && (last !== 'to' || /^\/[^/]+(?:\/\*)?$/.test(at)))?.at
  const amount = amountOf(tool)
  if (to !== undefined && amount !== undefined) signs.push(['moves-money', `it takes \`${to}\` and \`${amount}\``])
  else if (to !== undefined && byName(tool)[0]?.[0] !== 'reads') signs.push(['sends-out', `it takes \`${to}\``])
  return signs
}

const receivers: ReadonlySet<string> = words('recipient recipients to cc bcc')

function byAnnotations({ annotations }: Tool): Sign[] {
  const signs: Sign[] = []
  if (memberOf(annotations, 'readOnlyHint') === true) signs.push(['reads', 'its server calls it read-only'])
  if (memberOf(annotations, 'readOnlyHint') === false)
    signs.push(['writes', 'its server says that it is not read-only'])
  return signs
}

interface Argument {
  readonly at: string
  readonly words: readonly string[]
  readonly schema: unknown
}

const deepest = 4

/** The arguments of a tool that are values: nested ones too, items of lists as `*`. */
export function argumentsOf(tool: Tool): readonly Argument[] {
  const found: Argument[] = []
  const walk = (schema: unknown, at: string, name: string, depth: number): void => {
    const choice = choiceOf(schema)
    if (choice !== undefined && depth < deepest) {
      walk(choice, at, name, depth + 1)
      return
    }
    const properties = memberOf(schema, 'properties')
    const items = memberOf(schema, 'items')
    if (depth < deepest && typeof properties === 'object' && properties !== null) {
      for (const [member, inner] of Object.entries(properties)) {
        walk(inner, `${at}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`, member, depth + 1)
      }
    } else if (depth < deepest && items !== undefined && name !== '') walk(items, `${at}/*`, name, depth + 1)
    else if (name !== '') found.push({ at, words: nameWords(name), schema })
  }
  walk(tool.inputSchema ?? tool['parameters'], '', '', 0)
  return found
}

/** Of alternatives, the one that says most: a list or an object. */
function choiceOf(schema: unknown): unknown {
  const choices = memberOf(schema, 'anyOf') ?? memberOf(schema, 'oneOf')
  if (!Array.isArray(choices)) return undefined
  const all: readonly unknown[] = choices
  const says = (each: unknown): boolean =>
    memberOf(each, 'items') !== undefined || memberOf(each, 'properties') !== undefined
  return all.find(says) ?? all.find((each) => memberOf(each, 'type') !== 'null')
}

/** Words that end the names of arguments that say whom or what a call is about. */
const identifying: ReadonlySet<string> = words(
  'id ids uuid guid key recipient recipients to cc bcc email emails address addresses iban account accounts user users username member participant participants customer payee beneficiary channel channels url urls uri link webhook endpoint host domain path paths file files filename filepath folder directory source destination attachment attachments repo repository owner branch phone number target hotel restaurant company room password permission permissions role group team project workspace order ticket invoice card payment database table bucket',
)

const freeText: ReadonlySet<string> = words(
  'description body content text message title subject note notes comment reason summary query prompt',
)

function identityOf(tool: Tool): readonly string[] {
  return argumentsOf(tool)
    .filter(
      ({ words: own, schema }) =>
        isValue(schema) && identifying.has(own.at(-1) ?? '') && !freeText.has(own.at(-1) ?? '') && !isCount(own),
    )
    .map(({ at }) => at)
}

/** `number_of_rooms` counts, `room_number` names. */
const isCount = (own: readonly string[]): boolean =>
  own[0] === 'number' || own[0] === 'num' || own[0] === 'max' || own[0] === 'min' || own.includes('count')

function isValue(schema: unknown): boolean {
  const type = memberOf(schema, 'type')
  if (memberOf(schema, 'enum') !== undefined) return false
  return type === undefined || type === 'string' || type === 'integer' || type === 'number' || Array.isArray(type)
}

const amountsOfNoMoney: ReadonlySet<string> = words('gb mb kb data quantity weight water dose')

function amountOf(tool: Tool): string | undefined {
  const named = argumentsOf(tool).filter(({ schema }) => memberOf(schema, 'type') !== 'boolean')
  return named.find(
    ({ words: own }) =>
      ['amount', 'total', 'price', 'sum'].includes(own.at(-1) ?? '') && !own.some((word) => amountsOfNoMoney.has(word)),
  )?.at
}

/** Hints that the name or the arguments of a tool contradict. */
export function contradictions(tool: Tool): ToolFinding[] {
  const findings: ToolFinding[] = []
  const named = byName(tool).map(([effect]) => effect)
  const { annotations } = tool
  if (nameWords(tool.name).every((word) => ambiguous.has(word) || !order.some((each) => verbs[each].has(word))))
    return []
  const say = (hint: string, says: string): void => {
    findings.push({
      code: 'contradicts-name',
      severity: 'medium',
      at: `/annotations/${hint}`,
      excerpt: excerptOf(tool.name),
      says,
    })
  }
  const acts = named.some((effect) => effect !== 'reads')
  if (memberOf(annotations, 'readOnlyHint') === true && acts)
    say('readOnlyHint', 'it is called read-only, but its name says that it changes something')
  if (memberOf(annotations, 'destructiveHint') === false && named.includes('deletes'))
    say('destructiveHint', 'it is called harmless, but its name says that it deletes')
  if (memberOf(annotations, 'openWorldHint') === false && named.includes('sends-out'))
    say('openWorldHint', 'it is called closed, but its name says that it sends out')
  return findings
}
