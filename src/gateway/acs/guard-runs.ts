/** Runs of sessions, kept by the guard itself. */
import { plainRun } from '../../charter/run-handle.ts'
import type { Guard } from '../../guard/guard.ts'
import type { AcsRuns } from './runs.ts'

/**
 * Each session is a run of its own: budgets of runs and where values come from are those of the session, and switching off or revoking the
 * run ends it. A session of somebody whom the guard gives no run has one as long as it keeps calling.
 */
export function runsOf(guard: Pick<Guard, 'runs' | 'said'>): AcsRuns {
  return {
    async open({ principal, purpose }) {
      const given = await guard.runs.start(principal, purpose === undefined ? {} : { purpose })
      if (!given.ok) return undefined
      const { id, workflow, agent, tools } = given.handle
      return plainRun({ id, workflow, agent, tools, purpose })
    },
    async prompt(run, text) {
      if (run !== undefined) await guard.said(run, text)
    },
    async end(run, principal) {
      await guard.runs.end(run.id, 'ended', principal, 'the session ended')
    },
  }
}
