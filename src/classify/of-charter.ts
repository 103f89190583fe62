import type { DataLabel } from '../charter/agent.ts'
import type { Charter, ObjectType, Operation } from '../charter/charter.ts'
import type { Diagnostic } from '../charter/diagnostic.ts'
import type { Pointer } from '../charter/pointer.ts'
import { detectors } from './detect/detectors.ts'
import { patternProblem, userDetector } from './detect/user-pattern.ts'
import { type Labels, noLabels, type PatternLabel, type PlaceLabel } from './labels.ts'

/** Labels of a charter, and what of them cannot be used. A label with a problem labels nothing: do not go on with one. */
export interface CharterLabels {
  readonly labels: Labels
  readonly diagnostics: readonly Diagnostic[]
}

/** Makes the labels of a charter ready to be asked. */
export function labelsOf(charter: Charter): CharterLabels {
  const { data } = charter
  if (data === undefined) return { labels: noLabels, diagnostics: [] }
  const diagnostics: Diagnostic[] = []
  const places: PlaceLabel[] = []
  const patterns: PatternLabel[] = []
  for (const label of data.labels) {
    if (label.kind === 'field') places.push(...fieldPlaces(charter, label))
    else if (label.kind === 'place')
      places.push({ class: label.class, by: placeName(label), operation: label.operation, ...signed(label.at) })
    else {
      const detector = label.kind === 'detector' ? detectors.get(label.detector) : ownDetector(label, diagnostics)
      if (detector !== undefined) patterns.push({ class: label.class, detector })
      else if (label.kind === 'detector') diagnostics.push(unknownDetector(label))
    }
  }
  return { labels: { classes: data.classes, places, patterns }, diagnostics }
}

/** A place that the charter names is there, as far as it is said. */
function signed(at: Pointer): Pick<PlaceLabel, 'at' | 'sign'> {
  const many = at.indexOf('*')
  return { at, sign: many < 0 ? at : at.slice(0, many) }
}

const placeName = ({ operation, at }: Extract<DataLabel, { kind: 'place' }>): string => `${operation}#/${at.join('/')}`

function ownDetector(
  label: Extract<DataLabel, { kind: 'pattern' }>,
  diagnostics: Diagnostic[],
): ReturnType<typeof userDetector> | undefined {
  const pattern = { name: label.name, near: [label.keyword], pattern: label.regex }
  const problem = patternProblem(pattern)
  if (problem === undefined) return userDetector(pattern)
  diagnostics.push({
    code: 'data-pattern',
    severity: 'error',
    message: `the pattern \`${label.name}\` cannot be used: ${problem}`,
    ...label.position,
  })
  return undefined
}

function unknownDetector({ detector, position }: Extract<DataLabel, { kind: 'detector' }>): Diagnostic {
  return {
    code: 'data-pattern',
    severity: 'error',
    message: `there is no detector \`${detector}\``,
    help: `there are ${[...detectors.keys()].join(', ')}; a pattern of your own has a name, a keyword and a regex`,
    ...position,
  }
}

/** Everywhere a field of an object stands: in what reads it and lists it, and in arguments and answers of what moves it. */
function fieldPlaces(charter: Charter, label: Extract<DataLabel, { kind: 'field' }>): PlaceLabel[] {
  const type = charter.objects.get(label.object)
  if (type === undefined) return []
  const head = { class: label.class, by: `${label.object}.${label.field}` }
  const places = [...charter.operations.values()].flatMap((operation) =>
    placesIn(operation, type, label).map((place) => ({ ...head, operation: operation.id, ...place })),
  )
  return [...new Map(places.map((each) => [JSON.stringify(each), each])).values()]
}

function placesIn(
  operation: Operation,
  type: ObjectType,
  { field, at }: Extract<DataLabel, { kind: 'field' }>,
): Pick<PlaceLabel, 'side' | 'at' | 'sign'>[] {
  if (operation.lists?.object === type.name) {
    const { items } = operation.lists
    return [{ ...answered([...items, '*', ...at]), sign: [...items, '0'] }]
  }
  const reads = type.read === operation.id
  const moves = operation.uses.some((use) => use.object?.type === type.name)
  if (!reads && !moves) return []
  // What stands in the place of the field in the arguments of a read is a key or a filter, not the field.
  if (reads)
    return [
      { ...answered([...type.readAt, ...at]), sign: [...type.readAt, ...type.key] },
      ...(type.readAt.length === 0 ? [] : [answered(at)]),
    ]
  return [answered([...type.readAt, ...at]), answered(at), { side: 'arguments', at: type.fields.get(field)?.in ?? at }]
}

const answered = (at: Pointer): Pick<PlaceLabel, 'side' | 'at'> => ({ side: 'answer', at })
