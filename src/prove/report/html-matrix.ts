import type { ConstraintKind } from '../../charter/charter.ts'
import { groupBy } from '../../charter/group-by.ts'
import { counted } from '../../constraint/words.ts'
import type { Cell, Outcome, Verdict } from '../finding.ts'
import type { ReportContext } from './context.ts'
import type { Coverage } from './coverage.ts'
import { escapeXml, proseHtml } from './markup.ts'

const marks: Readonly<Record<Verdict, string>> = { proven: '✕', held: '✓', 'not-reached': '–' }
const words: Readonly<Record<Verdict, string>> = { proven: 'proven broken', held: 'held', 'not-reached': 'not reached' }

/** Columns in this order; what is no constraint of a use (an invariant) comes last. */
const kinds: readonly (ConstraintKind | 'invariant')[] = [
  'by',
  'from',
  'there',
  'when',
  'once',
  'limit',
  'rate',
  'approval',
  'separation',
  'order',
  'set-by',
  'seen-by',
  'idempotency',
  'items',
  'invariant',
]

/** The coverage matrix: a row for each use, a column for each kind of constraint, a mark for each cell with its reason as hover text. */
export function printMatrix({ cells }: Outcome, coverage: Coverage, context: ReportContext): string[] {
  const kindOf = kindsOf(context)
  const shown = kinds.filter((kind) => cells.some((cell) => kindOf(cell) === kind))
  const rows = [...groupBy(cells, ({ use }) => use)].map(([use, own]) => {
    const columns = shown.map(
      (kind) =>
        `<td>${own
          .filter((cell) => kindOf(cell) === kind)
          .map(printCell)
          .join('')}</td>`,
    )
    return `<tr><th scope="row">${escapeXml(use)}</th>${columns.join('')}</tr>`
  })
  const legend = Object.entries(coverage.counts).map(([verdict, count]) => {
    const known = verdict === 'proven' || verdict === 'held' ? verdict : 'not-reached'
    return `<span><span class="cell ${known}" aria-hidden="true">${marks[known]}</span>${counted(count, 'constraint')} ${words[known]}</span>`
  })
  return [
    `<p class="legend">${legend.join('')}</p>`,
    '<div class="scroll matrix" tabindex="0" role="region" aria-label="coverage matrix"><table>',
    `<thead><tr><th scope="col">use</th>${shown.map((kind) => `<th scope="col">${kind}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows,
    '</tbody></table></div>',
    ...printReasons(coverage),
  ]
}

function kindsOf({ charter }: ReportContext): (cell: Cell) => ConstraintKind | 'invariant' {
  const uses = [...charter.operations.values()].flatMap((each) => each.uses)
  const found = new Map(uses.flatMap((use) => use.constraints.map((each) => [each.id, each.kind])))
  return ({ constraint }) => found.get(constraint) ?? 'invariant'
}

function printCell(cell: Cell): string {
  const { verdict, tactic, actor, state, constraint, why } = cell
  const text = `${words[verdict]}: ${tactic}, ${actor}${state === '' ? '' : ` in ${state}`}. ${why} (${constraint})`
  return `<span class="cell ${verdict}" role="img" title="${escapeXml(text)}" aria-label="${escapeXml(text)}">${marks[verdict]}</span>`
}

function printReasons({ reasons }: Coverage): string[] {
  if (reasons.length === 0) return []
  const items = reasons.map(({ why, others, advice, cells }) => {
    const uses = [...new Set(cells.map(({ use }) => `<code>${escapeXml(use)}</code>`))]
    const like = others === 0 ? '' : `; and ${counted(others, 'reason')} like it`
    return `<li>${proseHtml(why)}${like}: ${counted(cells.length, 'cell')} of ${uses.join(', ')}${advised(advice)}</li>`
  })
  return ['<h2>Why not reached</h2>', '<ul class="reasons">', ...items, '</ul>']
}

function advised(advice: string | undefined): string {
  return advice === undefined ? '' : `<br>→ ${proseHtml(advice)}`
}
