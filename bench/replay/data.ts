import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface RecordedCall {
  readonly id: string
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
}

export interface Message {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly text: string
  readonly calls?: readonly RecordedCall[]
  readonly call_id?: string
  readonly tool?: string
  readonly error?: string | null
  readonly by?: string
}

/** One recorded run of an agent on AgentDojo. */
export interface DojoRun {
  readonly id: string
  readonly suite: Suite
  readonly pipeline: string
  readonly version: string
  readonly user_task: string
  readonly injection_task: string | null
  readonly utility: boolean
  readonly security: boolean | null
  readonly messages: readonly Message[]
  readonly labels: {
    readonly reproduces: boolean
    readonly utility_reproduces: boolean
    readonly goal_call: number | null
    readonly goal_calls: readonly number[]
    readonly goal_needs: readonly number[]
    readonly gold_tools: readonly string[]
    readonly recorded_filter: readonly string[] | null
  }
}

export interface Plan {
  readonly suite: string
  readonly user_task: string
  readonly injection_task: string | null
  readonly planned_tools: readonly string[]
}

export type Suite = 'workspace' | 'travel' | 'banking' | 'slack'
export const suites: readonly Suite[] = ['workspace', 'travel', 'banking', 'slack']

/** The folder of recorded runs: `--data FOLDER`, the environment, or beside the repository. Undefined when it is not there. */
export function dataFolder(args: readonly string[]): string | undefined {
  const said = args.includes('--data') ? args[args.indexOf('--data') + 1] : process.env['LOCKSTEP_REPLAY_DATA']
  const folder = resolve(said ?? join(import.meta.dirname, '../../../shared/data/agent-replay'))
  return existsSync(join(folder, 'agentdojo')) ? folder : undefined
}

/** The JSON values of a packed file, one a line. Texts may hold other line separators than `\n`. */
export function* readLines<T>(folder: string, file: string): Generator<T> {
  // A run over part of the data needs no plans.
  if (file.startsWith('drift/') && !existsSync(join(folder, file))) return
  const text = gunzipSync(readFileSync(join(folder, file))).toString('utf8')
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? undefined : end)
    if (line !== '') yield asRecorded<T>(line)
    at = end < 0 ? text.length : end + 1
  }
}

/** The data set's own description of its formats is taken at its word. */
export function asRecorded<T>(json: string): T {
  return JSON.parse(json)
}

/** The calls of a run that were carried out, by their number. */
export function executedIds(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(messages.flatMap(({ role, call_id }) => (role === 'tool' && call_id !== undefined ? [call_id] : [])))
}

/** What a tool answered, without the marks that one kind of recorded agent put around it. */
export function answerText({ text }: Message): string {
  return /^<<([\s\S]*)>>$/.exec(text)?.[1] ?? text
}
