/** Hands what a run found to a guard, where its console shows it. */
import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { loadCharter } from '../../charter/load.ts'
import { readyCharter } from '../guard/config.ts'
import { callControl, fine } from '../guard/control-client.ts'
import type { Terminal } from '../terminal.ts'

/** Of the environment: holds a credential of the control API that may report. */
export const tokenVariable = 'LOCKSTEP_TOKEN'
const timeoutMs = 120_000
const takenSchema = z.object({ run: z.string(), findings: z.number(), new: z.boolean() })

/** What a report is sent with. */
export interface ReportOrigin {
  readonly target?: string
  readonly commit?: string
  readonly version?: string
}

/** Sends a report to the control API. @throws when there is no token, or it is not taken. */
export async function publish(
  terminal: Terminal,
  url: string,
  report: unknown,
  origin: ReportOrigin,
): Promise<{ readonly run: string; readonly findings: number; readonly new: boolean }> {
  const token = publishingToken(terminal)
  const answer = await callControl({ url, token }, 'POST', '/v1/findings', { report, ...origin }, timeoutMs)
  return takenSchema.parse(fine(answer))
}

/** @throws when there is none: known before a run that takes long. */
export function publishingToken(terminal: Terminal): string {
  const token = terminal.env[tokenVariable] ?? ''
  if (token === '') throw new Error(`put a token that may report into the variable ${tokenVariable}`)
  return token
}

/** The exact text of the charter and the commit it is in, as far as they can be told. */
export async function originOf(charterFile: string): Promise<ReportOrigin> {
  const [version, commit] = await Promise.all([
    loadCharter(charterFile).then((loaded) => readyCharter(loaded)?.version),
    commitOf(dirname(charterFile)),
  ])
  return { ...(version === undefined ? {} : { version }), ...(commit === undefined ? {} : { commit }) }
}

async function commitOf(folder: string): Promise<string | undefined> {
  const run = promisify(execFile)
  const { stdout } = await run('git', ['-C', folder, 'rev-parse', 'HEAD']).catch(() => ({ stdout: '' }))
  const commit = stdout.trim()
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined
}
