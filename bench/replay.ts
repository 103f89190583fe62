// npm run bench -- replay [--data FOLDER] [--only PART]: recorded runs of agents, under attack and not, decided call by call.
import { dataFolder } from './replay/data.ts'
import { reportDojo } from './replay/dojo-report.ts'
import { reportInjecagent } from './replay/injecagent.ts'
import { measureLongRun } from './replay/long-run.ts'
import { reportMcpSafety } from './replay/mcp-safety.ts'
import { reportTau } from './replay/tau.ts'

const parts: Readonly<Record<string, (folder: string) => string | Promise<string>>> = {
  agentdojo: reportDojo,
  injecagent: reportInjecagent,
  tau: reportTau,
  'mcp-safety': reportMcpSafety,
  'long-run': longRun,
}

const args = process.argv.slice(2)
const folder = dataFolder(args)
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined
if (folder === undefined) {
  console.error('the recorded runs are not there: name their folder with --data FOLDER or LOCKSTEP_REPLAY_DATA')
  process.exitCode = 1
} else {
  for (const [name, report] of Object.entries(parts)) {
    if (only !== undefined && only !== name) continue
    console.log(`## ${name}\n\n${await reported(report, folder)}\n`)
  }
}

/** A part of the data set may be left out. */
async function reported(report: (folder: string) => string | Promise<string>, from: string): Promise<string> {
  try {
    return await report(from)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return `not there: ${error.message}`
    throw error
  }
}

function longRun(): string {
  // Once to warm up.
  measureLongRun(100)
  const { calls, bytes, msPerCall, msOfLast } = measureLongRun()
  const megabytes = (bytes / 1e6).toFixed(1)
  return `${calls} calls with ${megabytes} MB of answers, each remembered and three values traced: ${msPerCall.toFixed(2)} ms of processor time a call, ${msOfLast.toFixed(2)} ms for the last fifty`
}
