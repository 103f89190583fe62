// Whoever plays calls of agents before a guard: runs are begun, shown, passed on and ended as agents do it.
import type { Charter } from '../../src/charter/charter.ts'
import type { CallStep, RunGiven, Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** What was said to a call. */
export interface Verdict {
  readonly effect: 'allow' | 'deny' | 'ask'
  readonly kinds: readonly string[]
  readonly says: readonly string[]
  /** What the agent is shown, as text. */
  readonly answer: string
  /** What the system was sent, as text. */
  readonly sent: string
}

/** A verdict of which nothing is known yet but that it is one. */
export const nothing = { kinds: [], says: [], answer: '', sent: '' }

/** To whom a run is passed on, with what. */
export interface PassedOn {
  readonly to: string
  readonly tools?: readonly string[] | undefined
  readonly name: string
}

/** One agent after the other, in one world. People and agents are named as in it: `NAME`, `AGENT for PERSON`. */
export interface Player {
  /** Begins a run, and goes on in it; without one where none was given. */
  begin(run: RunGiven): Promise<void>
  /** @returns whether the run was passed on; the other agent goes on then. */
  pass(on: PassedOn): Promise<boolean>
  /** The person the run is for says more. */
  said(text: string): Promise<void>
  /** Goes on as whoever has the handle of that name. */
  back(name: string): void
  end(name: string): Promise<void>
  call(step: CallStep): Promise<Verdict>
  /** Somebody approves what was asked about last. @returns whether that counted. */
  approve(who: string): Promise<boolean>
  /** Somebody refuses what was asked about last. @returns whether that counted. */
  refuse(who: string): Promise<boolean>
  /** From here on a server describes a tool so; without a description, an agent's card is another one. */
  describe(tool: string, description: string | undefined): Promise<void>
  wait(ms: number): Promise<void>
  close(): Promise<void>
}

/** Makes a player for one scenario, in a world of its own. */
export type OpenPlayer = (charter: Charter, world: World, scenario: Scenario) => Promise<Player>

/** The agent that is meant when a run names none: the first of its workflow. */
export function agentOf({ actors }: Charter, { as, workflow }: Pick<RunGiven, 'as' | 'workflow'>): string {
  if (as !== '') return as
  const agents = [...actors].filter(([, { kind, workflow: own }]) => kind === 'agent' && own !== undefined)
  return (agents.find(([, { workflow: own }]) => own === workflow) ?? agents[0])?.[0] ?? ''
}
