import { type Lifecycle, start } from './lifecycle.ts'
import type { DrawnWorkflow, OrderKind } from './workflow.ts'

/** Draws a lifecycle as a Mermaid `stateDiagram-v2`, which GitHub and most documentation tools show. */
export function printMermaid(lifecycle: Lifecycle): string {
  const ids = new Map(lifecycle.states.map((state, index) => [state, idOf(state, index)]))
  const node = (state: string): string => (state === start ? '[*]' : (ids.get(state) ?? state))
  return [
    'stateDiagram-v2',
    ...[...ids].filter(([state, id]) => state !== id).map(([state, id]) => `  state "${state}" as ${id}`),
    ...lifecycle.arrows.map(
      ({ from, to, name, who }) => `  ${node(from)} --> ${node(to)}: ${labelOf(`${name} (${who})`)}`,
    ),
    ...lifecycle.final.map((state) => `  ${node(state)} --> [*]`),
  ].join('\n')
}

const links: Readonly<Record<OrderKind, readonly [string, string]>> = {
  before: ['== ', ' ==>'],
  after: ['== ', ' ==>'],
  apart: ['== ', ' ==>'],
  never: ['-- ', ' --x'],
  state: ['-- ', ' -->'],
  value: ['-. ', ' .->'],
}

/** Draws a workflow as a Mermaid `flowchart`. */
export function printWorkflowMermaid({ steps, orders }: DrawnWorkflow): string {
  const ids = new Map(steps.map(({ operation }, index) => [operation, `s${index}`]))
  return [
    'flowchart TD',
    ...steps.map(({ operation, does, who, marks }) => {
      const lines = [operation, ...does, who, ...marks.map(({ text }) => text)]
      return `  ${ids.get(operation)}["${lines.map(quotedOf).join('<br/>')}"]`
    }),
    ...orders.map(({ from, to, kind, text }) => {
      const [open, close] = links[kind]
      return `  ${ids.get(from)} ${open}"${quotedOf(text)}"${close} ${ids.get(to)}`
    }),
  ].join('\n')
}

/** Within quotes, nothing but a quote ends a text; markup would be taken for markup. */
function quotedOf(text: string): string {
  return text.replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;')
}

/** Words of the notation, which cannot name a state. */
const reserved: ReadonlySet<string> = new Set(['state', 'note', 'end', 'as', 'direction', 'default', 'class', 'style'])

function idOf(state: string, index: number): string {
  if (/^[A-Za-z][A-Za-z0-9_]*$/.test(state) && !reserved.has(state.toLowerCase())) return state
  return `s${index}_${state.replaceAll(/[^A-Za-z0-9]/g, '_')}`
}

/** A colon or semicolon would end the label. */
function labelOf(text: string): string {
  return text.replaceAll(':', '#colon;').replaceAll(/(?<!#colon);/g, ',')
}
