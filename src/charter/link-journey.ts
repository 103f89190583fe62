import type { Journey, RawJourney, RawStep } from './journey.ts'
import { type Linker, unknownName } from './linker.ts'
import { nearest } from './nearest.ts'
import type { Path } from './parse.ts'

/** Checks every journey: operations and journeys it names, steps it goes to, outputs and inputs its expressions read. */
export function linkJourneys(linker: Linker): Map<string, Journey> {
  const raw = linker.parsed.raw.journeys ?? {}
  for (const [name, journey] of Object.entries(raw)) checkJourney({ linker, raw, journey, path: ['journeys', name] })
  return new Map(Object.entries(raw).map(([name, written]) => [name, { name, written }]))
}

interface Checking {
  readonly linker: Linker
  readonly raw: Readonly<Record<string, RawJourney>>
  readonly journey: RawJourney
  readonly path: Path
}

function checkJourney(checking: Checking): void {
  const { linker, journey, path } = checking
  const seen = new Set<string>()
  for (const [index, step] of journey.steps.entries()) {
    const at = [...path, 'steps', index]
    if (seen.has(step.id)) linker.report('duplicate-name', [...at, 'id'], `there are two steps \`${step.id}\``)
    seen.add(step.id)
    checkTarget(checking, step, at)
    checkSteps(checking, [...(step['on-success'] ?? []), ...(step['on-failure'] ?? [])], at)
    for (const other of step['depends-on'] ?? []) if (isLocal(other)) checkStep(checking, other, [...at, 'depends-on'])
    checkExpressions(checking, step, at)
  }
  checkSteps(checking, [...(journey['on-success'] ?? []), ...(journey['on-failure'] ?? [])], path)
  for (const name of journey['depends-on'] ?? []) checkName(checking, name, [...path, 'depends-on'])
  checkExpressions(checking, { outputs: journey.outputs, parameters: journey.parameters }, path)
}

/** Expressions such as `$sourceDescriptions.other.workflow` point into other documents. */
function isLocal(name: string): boolean {
  return !name.startsWith('$')
}

function checkTarget({ linker, raw }: Checking, step: RawStep, at: Path): void {
  if ((step.operation === undefined) === (step.journey === undefined)) {
    const message = `the step \`${step.id}\` needs one of \`operation\` and \`journey\``
    linker.report('step-target', at, message)
  }
  if (step.operation !== undefined && !linker.shapes.has(step.operation))
    unknownName(linker, [...at, 'operation'], 'operation', step.operation, linker.shapes.keys())
  if (step.journey !== undefined && isLocal(step.journey) && !Object.hasOwn(raw, step.journey))
    unknownName(linker, [...at, 'journey'], 'journey', step.journey, Object.keys(raw))
}

function checkSteps(
  checking: Checking,
  actions: readonly { stepId?: string | undefined; workflowId?: string | undefined }[],
  at: Path,
): void {
  for (const { stepId, workflowId } of actions) {
    if (stepId !== undefined) checkStep(checking, stepId, at)
    if (workflowId !== undefined) checkName(checking, workflowId, at)
  }
}

function checkStep({ linker, journey }: Checking, id: string, at: Path): void {
  const ids = journey.steps.map((step) => step.id)
  if (!ids.includes(id)) unknownName(linker, at, 'step', id, ids)
}

function checkName({ linker, raw }: Checking, name: string, at: Path): void {
  if (isLocal(name) && !Object.hasOwn(raw, name)) unknownName(linker, at, 'journey', name, Object.keys(raw))
}

const stepOutput = /\$steps\.([A-Za-z0-9_-]+)\.outputs\.([A-Za-z0-9_-]+)/g
const input = /\$inputs\.([A-Za-z0-9_-]+)/g

function checkExpressions(checking: Checking, value: unknown, at: Path): void {
  const { linker, journey } = checking
  for (const text of textsIn(value)) {
    for (const [whole, id = '', name = ''] of text.matchAll(stepOutput)) {
      const step = journey.steps.find((each) => each.id === id)
      if (step === undefined) checkStep(checking, id, at)
      // The outputs of a step that is a journey are that journey's.
      else if (step.operation !== undefined)
        reportMissing(linker, at, { whole, name, known: Object.keys(step.outputs ?? {}) })
    }
    const properties = journey.inputs?.['properties']
    if (typeof properties !== 'object' || properties === null) continue
    for (const [whole, name = ''] of text.matchAll(input))
      reportMissing(linker, at, { whole, name, known: Object.keys(properties) })
  }
}

function reportMissing(
  linker: Linker,
  at: Path,
  { whole, name, known }: { whole: string; name: string; known: readonly string[] },
): void {
  if (known.includes(name)) return
  const meant = nearest(name, known)
  const help = meant === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean \`${meant}\`?`
  linker.report('unknown-output', at, `\`${whole}\` leads nowhere: there is no \`${name}\``, help)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
