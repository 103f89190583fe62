import { counted } from '../../constraint/words.ts'
import type { ProveEvent } from '../finding.ts'
import type { Paint } from './terminal.ts'
import { clip } from './text.ts'

/** What a live report writes to. */
export interface ProgressOptions {
  readonly write: (text: string) => void
  /** A screen, on which one line is written over and over; else lines are only added (logs, CI). */
  readonly screen: boolean
  readonly columns: number
  readonly paint: Paint
  readonly redact: (text: string) => string
  /** Requests made so far. */
  readonly requests: () => number
}

/** Tells of a run while it goes on: hand every event to `tell`. Leaves a clean line behind at `end`. */
export function openProgress(options: ProgressOptions): { readonly tell: (event: ProveEvent) => void } {
  const state: State = { use: '', index: 0, of: 0, findings: 0, doing: '' }
  return {
    tell: (event) => {
      advance(state, event)
      const line = lineFor(event, state, options)
      if (!options.screen) {
        if (line !== undefined) options.write(`${options.redact(line)}\n`)
        return
      }
      const kept = line === undefined || event.kind === 'use' ? '' : `${options.redact(line)}\n`
      const status = event.kind === 'end' ? '' : statusLine(state, options)
      options.write(`\r\u001B[2K${kept}${status}`)
    },
  }
}

interface State {
  use: string
  index: number
  of: number
  findings: number
  doing: string
}

function advance(state: State, event: ProveEvent): void {
  if (event.kind === 'planned') state.of = event.uses
  if (event.kind === 'use') Object.assign(state, { use: event.use, index: event.index, of: event.of, doing: '' })
  if (event.kind === 'case') state.doing = event.case.constraint
  if (event.kind === 'finding') state.findings += 1
}

/** The line that stays; undefined for events that only move the status. */
function lineFor(event: ProveEvent, state: State, { paint, requests }: ProgressOptions): string | undefined {
  switch (event.kind) {
    case 'planned':
      return paint('dim', `${counted(event.uses, 'use')}, ${counted(event.cases, 'case')} planned`)
    case 'use':
      return `[${event.index}/${event.of}] ${event.use}  ${paint('dim', `${counted(requests(), 'request')}, ${counted(state.findings, 'finding')}`)}`
    case 'control':
      return event.works ? undefined : `${paint('magenta', 'no control')}  ${event.use}: ${event.why}`
    case 'finding':
      return `${paint('red', event.finding.severity)}  ${event.finding.title}  ${paint('dim', event.finding.endpoint)}`
    case 'note':
      return `${paint('dim', 'note')}  ${event.text}`
    case 'case':
    case 'skipped':
    case 'end':
      return undefined
  }
}

function statusLine(state: State, { columns, paint, redact, requests }: ProgressOptions): string {
  const parts = [
    `${state.index}/${state.of} ${state.use}`,
    counted(requests(), 'request'),
    counted(state.findings, 'finding'),
    ...(state.doing === '' ? [] : [state.doing]),
  ]
  return paint('dim', redact(clip(parts.join(' · '), Math.max(10, columns - 1))))
}
