/** Tries a change on the recorded calls, and hears how far that is. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { SimulationLine } from '../../../../src/api/area/charter/endpoints.ts'
import { addressOf } from '../../ask.ts'
import type { Files } from './draft.ts'

type Result = Extract<SimulationLine, { readonly result: unknown }>['result']

export type Simulated =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly done: number; readonly of: number }
  /** `files`: of which change it tells. */
  | { readonly state: 'done'; readonly result: Result; readonly files: Files }
  | { readonly state: 'failed'; readonly why: string }

export interface Simulation {
  readonly now: Simulated
  run(asked: { readonly version: string; readonly files: Files; readonly last?: number }): void
  cancel(): void
}

export function useSimulation(): Simulation {
  const [now, say] = useState<Simulated>({ state: 'idle' })
  const going = useRef<AbortController>(undefined)
  useEffect(() => () => going.current?.abort(), [])
  const run = useCallback<Simulation['run']>((asked) => {
    going.current?.abort()
    const stop = new AbortController()
    going.current = stop
    say({ state: 'running', done: 0, of: 0 })
    const tell = (next: Simulated): void => {
      if (!stop.signal.aborted) say(next)
    }
    follow(asked, stop.signal, tell).catch(() => tell({ state: 'failed', why: 'the console cannot be reached' }))
  }, [])
  const cancel = useCallback(() => {
    going.current?.abort()
    say({ state: 'idle' })
  }, [])
  return { now, run, cancel }
}

async function follow(
  asked: Parameters<Simulation['run']>[0],
  signal: AbortSignal,
  tell: (next: Simulated) => void,
): Promise<void> {
  const response = await fetch(addressOf('POST /api/charter/simulation', { body: asked }), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
    signal,
  })
  if (!response.ok || response.body === null) {
    const { detail = `the answer was ${response.status}` } = (await response.json().catch(() => ({}))) as {
      detail?: string
    }
    return tell({ state: 'failed', why: detail })
  }
  for await (const line of linesOf(response.body)) {
    const said = JSON.parse(line) as SimulationLine
    if ('progress' in said) tell({ state: 'running', ...said.progress })
    else if ('result' in said) tell({ state: 'done', result: said.result, files: asked.files })
    else tell({ state: 'failed', why: said.problem.detail })
  }
}

async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = `${rest}${value}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
