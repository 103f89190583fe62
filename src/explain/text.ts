import type { ExplainedUse, Explanation, Section, Sentence } from './explanation.ts'
import { type Lifecycle, start } from './lifecycle.ts'
import type { DrawnWorkflow } from './workflow.ts'
import { wrapText } from './wrap.ts'

/** How parts of the text are shown; a plain text leaves them as they are. */
export interface Paint {
  readonly title: (text: string) => string
  readonly name: (text: string) => string
  readonly faint: (text: string) => string
}

const plain: Paint = { title: (text) => text, name: (text) => text, faint: (text) => text }

/** Prints an explanation for people who own the process: no line is wider than `width`, except for names that are. */
export function printExplanation(
  explanation: Explanation,
  {
    lifecycles,
    workflows,
  }: { readonly lifecycles: readonly Lifecycle[]; readonly workflows: readonly DrawnWorkflow[] },
  { width = 80, paint = plain }: { width?: number; paint?: Paint } = {},
): string {
  const page: Page = { width, paint }
  const drawn = new Map(lifecycles.map((each) => [each.object, each]))
  const blocks = [
    paint.title(explanation.charter),
    ...explanation.sections.flatMap((section) => printSection(page, section, drawn.get(section.object ?? ''))),
    ...workflows.map((workflow) => printWorkflow(page, workflow)),
    ...printList(page, 'Approvals', explanation.approvals),
    ...printList(page, 'Rules over several operations', explanation.rules),
    ...printList(page, 'Always true', explanation.invariants),
  ]
  return blocks.join('\n\n')
}

interface Page {
  readonly width: number
  readonly paint: Paint
}

function printSection(page: Page, section: Section, lifecycle: Lifecycle | undefined): string[] {
  const { paint } = page
  return [
    [paint.title(section.object ?? 'other operations'), wrapText(section.says, page.width, '  ')].join('\n'),
    ...(lifecycle === undefined ? [] : [drawLifecycle(lifecycle, page.paint)]),
    ...section.uses.map((use) => printUse(page, use)),
    ...(section.fields.length === 0
      ? []
      : [[`  ${paint.name('Fields')}`, ...printSentences(page, section.fields)].join('\n')]),
  ]
}

function printUse(page: Page, use: ExplainedUse): string {
  const { paint } = page
  const place = use.operation === use.id ? '' : `${use.operation}  `
  const head = `  ${paint.name(use.id)}  ${paint.faint(`${place}${use.method} ${use.path}`)}`
  const summary = wrapText(`May be used by ${use.who}${moveWords(use)}.`, page.width, '    ')
  return [head, summary, ...printSentences(page, use.rules)].join('\n')
}

function moveWords({ from, to }: ExplainedUse): string {
  const target = to.length === 0 ? '' : `; it is ${to.join(' or ')} afterwards`
  return from.length === 0 ? target : ` while it is ${from.join(' or ')}${target}`
}

function printSentences(page: Page, sentences: readonly Sentence[]): string[] {
  return sentences.map(({ says }) => wrapText(`- ${says}`, page.width, '    ', '      '))
}

function printList(page: Page, title: string, sentences: readonly Sentence[]): string[] {
  if (sentences.length === 0) return []
  return [
    [page.paint.title(title), ...sentences.map(({ says }) => wrapText(`- ${says}`, page.width, '  ', '    '))].join(
      '\n',
    ),
  ]
}

function printWorkflow(page: Page, workflow: DrawnWorkflow): string {
  const { paint } = page
  return [
    paint.title(`workflow ${workflow.workflow}`),
    ...workflow.says.map(({ says }) => wrapText(`- ${says}`, page.width, '  ', '    ')),
    ...drawWorkflow(workflow, page),
  ].join('\n')
}

/** Draws the orders of a workflow as one line for each; below it what has none. */
export function drawWorkflow({ steps, orders }: DrawnWorkflow, page: Page = { width: 80, paint: plain }): string[] {
  const named = new Set(orders.flatMap(({ from, to }) => [from, to]))
  const [ordered, others] = [true, false].map((isOrdered) =>
    steps.map(({ operation }) => operation).filter((each) => named.has(each) === isOrdered),
  )
  const branches = orders.map(({ from, to, text }) => ({ from, to, name: text, beside: '' }))
  const rest = (others ?? []).join(', ')
  return [
    ...drawBranches(ordered ?? [], branches, page.paint),
    ...(rest === '' ? [] : [wrapText(`in any order: ${rest}`, page.width, '    ', '      ')]),
  ]
}

/**
 * Draws a lifecycle as one line per arrow, grouped by the state it leaves:
 *
 *     placed ─┬─ pay ──────▶ paid       the owner
 *             └─ cancel ───▶ cancelled  the owner or a clerk
 */
export function drawLifecycle(lifecycle: Lifecycle, paint: Paint = plain): string {
  const shown = (state: string): string => (state === start ? '●' : state)
  const branches = lifecycle.arrows.map(({ from, to, name, who }) => ({ from: shown(from), to, name, beside: who }))
  const isEmpty = !branches.some(({ from }) => from === '●')
  return drawBranches([...(isEmpty ? [] : ['●']), ...lifecycle.states], branches, paint, '── stays').join('\n')
}

interface Branch {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly beside: string
}

/** @param ends - What is said of where nothing leads on from; without it, that has no line. */
function drawBranches(
  names: readonly string[],
  branches: readonly Branch[],
  paint: Paint,
  ends?: string,
): readonly string[] {
  const widest = (words: readonly string[]): number => Math.max(0, ...words.map((word) => word.length))
  const columns = {
    from: widest([...names, '●']),
    name: widest(branches.map(({ name }) => name)),
    to: widest(names),
  }
  return names.flatMap((name) => {
    const leaving = branches.filter(({ from }) => from === name)
    if (leaving.length > 0) return drawArrows({ shown: name, leaving, columns, paint })
    return ends === undefined ? [] : [`    ${name.padEnd(columns.from)} ${paint.faint(ends)}`]
  })
}

interface Fan {
  readonly shown: string
  readonly leaving: readonly Branch[]
  readonly columns: { readonly from: number; readonly name: number; readonly to: number }
  readonly paint: Paint
}

function drawArrows({ shown, leaving, columns, paint }: Fan): string[] {
  return leaving.map(({ name, from, to, beside }, index) => {
    const head = index === 0 ? paint.name(shown.padEnd(columns.from)) : ' '.repeat(columns.from)
    const last = index === leaving.length - 1
    const fork = leaving.length === 1 ? '──' : index === 0 ? '┬─' : last ? '└─' : '├─'
    const line = index === 0 ? '─' : ' '
    const stem = `${name} `.padEnd(columns.name + 1, '─')
    const target = (to === from ? '↺' : to).padEnd(columns.to)
    return `    ${head} ${paint.faint(`${line}${fork}`)} ${stem}${paint.faint('──▶')} ${target}  ${paint.faint(beside)}`.trimEnd()
  })
}
