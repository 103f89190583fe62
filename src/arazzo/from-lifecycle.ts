import { withArticle } from '../cel/article.ts'
import type { Charter, ObjectType, Use } from '../charter/charter.ts'
import type { Journey, RawStep } from '../charter/journey.ts'
import { printPointer, printReference, setPointer } from '../charter/pointer.ts'
import { makeExample } from '../charter/source/example.ts'
import { isEnding, isSuccess } from '../draft/state-order.ts'
import { camel } from '../draft/words.ts'

/**
 * Makes a happy-path journey of every object type that has an operation to create one: from there along the lifecycle to the state
 * that counts as success, and a look at it in the end. Keys of other objects are inputs. Pure and deterministic.
 */
export function journeysFromLifecycles(charter: Charter): Journey[] {
  return [...charter.objects.values()].flatMap((type) => {
    const way = happyWay(type)
    return way.length === 0 ? [] : [journeyOf(charter, type, way)]
  })
}

/** The shortest way from creation to the last state that is no failure; only the creation when no state is known. */
function happyWay(type: ObjectType): Use[] {
  const create = type.transitions.find((use) => use.creates)
  if (create === undefined) return []
  const ways = new Map<string, Use[]>()
  const pending = create.to.slice(0, 1)
  for (const state of pending) ways.set(state, [create])
  for (let state = pending.shift(); state !== undefined; state = pending.shift()) {
    for (const use of type.transitions) {
      const target = use.to.find((each) => each !== state)
      if (use.creates || use.kind === 'along' || !use.from.includes(state) || target === undefined || ways.has(target))
        continue
      ways.set(target, [...(ways.get(state) ?? []), use])
      pending.push(target)
    }
  }
  const good = [...ways].filter(([state]) => !isEnding(state) || isSuccess(state))
  const [best] = good.sort((left, right) => right[1].length - left[1].length || worth(right[0]) - worth(left[0]))
  return best?.[1] ?? [create]
}

const worth = (state: string): number => (isSuccess(state) ? 1 : 0)

function journeyOf(charter: Charter, type: ObjectType, way: readonly Use[]): Journey {
  const inputs = new Map<string, unknown>()
  const [create] = way
  const key = '$steps.create.outputs.key'
  const steps = way.map((use) => stepOf(charter, use, { id: stepId(use, create), key, inputs, type }))
  const read = type.read === undefined ? undefined : charter.operations.get(type.read)
  const [look] = read?.uses ?? []
  const end = way.at(-1)?.to.find((state) => !way.at(-1)?.from.includes(state))
  const last =
    look === undefined ? [] : [withState(stepOf(charter, look, { id: 'look', key, inputs, type }), type, end)]
  const written = {
    summary: `${type.name}: from its creation${end === undefined ? '' : ` to ${end}`}`,
    ...(inputs.size === 0
      ? {}
      : { inputs: { type: 'object', required: [...inputs.keys()], properties: Object.fromEntries(inputs) } }),
    steps: [...steps, ...last],
    outputs: { key },
  }
  return { name: `${type.name}-happy-path`, written }
}

function stepId(use: Use, create: Use | undefined): string {
  return use === create ? 'create' : (use.id.split('@')[0] ?? use.id).split('.').slice(1).join('.') || use.id
}

interface Setting {
  readonly id: string
  readonly key: string
  readonly inputs: Map<string, unknown>
  readonly type: ObjectType
}

function stepOf(charter: Charter, use: Use, { id, key, inputs, type }: Setting): RawStep {
  const shape = charter.operations.get(use.operation)?.shape
  const bindings = bindingsOf(use, key, inputs)
  const parameters = (shape?.parameters ?? []).flatMap((parameter) => {
    const bound = bindings.get(`$request.${parameter.in}.${parameter.name}`)
    if (bound === undefined && !parameter.required) return []
    return [
      {
        name: parameter.name,
        in: parameter.in,
        value: bound ?? exampleFor(charter, use, parameter.schema, parameter.name),
      },
    ]
  })
  const body = shape?.body === undefined ? undefined : payloadOf(charter, use, bindings)
  const status = shape?.responses.find((each) => /^2\d\d$/.test(each.status))?.status ?? '200'
  return {
    id,
    operation: use.operation,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { body: { contentType: shape?.body?.mediaType ?? 'application/json', payload: body } }),
    success: [{ condition: `$statusCode == ${status}` }],
    ...(use.creates ? { outputs: { key: `$response.body#${printPointer(type.key)}` } } : {}),
  }
}

/** Where the key of the object, and of each other object, goes. */
function bindingsOf(use: Use, key: string, inputs: Map<string, unknown>): Map<string, string> {
  const bindings = new Map<string, string>()
  const own = use.object?.key
  if (own !== undefined && own.from === 'request') bindings.set(printReference(own), key)
  for (const ref of use.refs) {
    if (ref.optional || ref.key.from !== 'request') continue
    const name = camel(`${ref.slot}-key`)
    inputs.set(name, { type: 'string', description: `The key of ${withArticle(ref.object)} that may be used.` })
    bindings.set(printReference(ref.key), `$inputs.${name}`)
  }
  return bindings
}

function exampleFor(charter: Charter, use: Use, schema: unknown, name: string): unknown {
  const description = charter.sources.get(charter.operations.get(use.operation)?.shape.source ?? '')?.description
  if (description === undefined) return name
  // Always the same values: two exports of one charter are one document.
  let count = 0
  return makeExample(description, schema, { random: () => 0.5, fresh: () => `a${++count}`, direction: 'request', name })
}

function payloadOf(charter: Charter, use: Use, bindings: ReadonlyMap<string, string>): unknown {
  const shape = charter.operations.get(use.operation)?.shape
  const made = shape?.body?.example ?? exampleFor(charter, use, shape?.body?.schema, '')
  const given = use.example?.body
  const whole = isRecord(made) && isRecord(given) ? { ...made, ...given } : (given ?? made)
  let payload = whole
  for (const [reference, value] of bindings) {
    const pointer = /^\$request\.body#\/(.+)$/.exec(reference)?.[1]
    if (pointer !== undefined) payload = setPointer(payload, pointer.split('/'), value)
  }
  return payload
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The last look says that the way has been gone. */
function withState(step: RawStep, type: ObjectType, state: string | undefined): RawStep {
  if (state === undefined || type.state?.kind !== 'at') return step
  const values = [...(type.state.values ?? [])].filter(([, name]) => name === state).map(([value]) => value)
  const shown = values[0] ?? state
  const literal = typeof shown === 'string' ? `'${shown}'` : String(shown)
  const place = printPointer([...type.readAt, ...type.state.pointer])
  return { ...step, success: [...(step.success ?? []), { condition: `$response.body#${place} == ${literal}` }] }
}
