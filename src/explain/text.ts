import type { ExplainedUse, Explanation, Section, Sentence } from './explanation.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'
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
  lifecycles: readonly Lifecycle[],
  { width = 80, paint = plain }: { width?: number; paint?: Paint } = {},
): string {
  const page: Page = { width, paint }
  const drawn = new Map(lifecycles.map((each) => [each.object, each]))
  const blocks = [
    paint.title(explanation.charter),
    ...explanation.sections.flatMap((section) => printSection(page, section, drawn.get(section.object ?? ''))),
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

/**
 * Draws a lifecycle as one line per arrow, grouped by the state it leaves:
 *
 *     placed ─┬─ pay ──────▶ paid       the owner
 *             └─ cancel ───▶ cancelled  the owner or a clerk
 */
export function drawLifecycle(lifecycle: Lifecycle, paint: Paint = plain): string {
  const widest = (words: readonly string[]): number => Math.max(0, ...words.map((word) => word.length))
  const columns = {
    from: widest([...lifecycle.states, '●']),
    name: widest(lifecycle.arrows.map((arrow) => arrow.name)),
    to: widest(lifecycle.states),
  }
  const lines = [start, ...lifecycle.states].flatMap((state) => {
    const leaving = lifecycle.arrows.filter((arrow) => arrow.from === state)
    const shown = state === start ? '●' : state
    if (leaving.length > 0) return drawArrows({ shown, leaving, columns, paint })
    return state === start ? [] : [`    ${shown.padEnd(columns.from)} ${paint.faint('── stays')}`]
  })
  return lines.join('\n')
}

interface Branch {
  readonly shown: string
  readonly leaving: readonly Arrow[]
  readonly columns: { readonly from: number; readonly name: number; readonly to: number }
  readonly paint: Paint
}

function drawArrows({ shown, leaving, columns, paint }: Branch): string[] {
  return leaving.map((arrow, index) => {
    const head = index === 0 ? paint.name(shown.padEnd(columns.from)) : ' '.repeat(columns.from)
    const last = index === leaving.length - 1
    const fork = leaving.length === 1 ? '──' : index === 0 ? '┬─' : last ? '└─' : '├─'
    const line = index === 0 ? '─' : ' '
    const stem = `${arrow.name} `.padEnd(columns.name + 1, '─')
    const target = (arrow.to === arrow.from ? '↺' : arrow.to).padEnd(columns.to)
    return `    ${head} ${paint.faint(`${line}${fork}`)} ${stem}${paint.faint('──▶')} ${target}  ${paint.faint(arrow.who)}`.trimEnd()
  })
}
