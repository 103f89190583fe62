import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Charter } from '../../charter/charter.ts'
import { parseDuration } from '../../charter/duration.ts'
import { type Identities, openIdentities } from '../../prove/identity/identities.ts'
import type { RawIdentities } from '../../prove/identity/schema.ts'
import type { Lab } from '../../prove/run/lab.ts'
import { openLab, seededRandom } from '../../prove/run/open-lab.ts'
import { openTransport } from '../../prove/transport/transport.ts'
import type { Terminal } from '../terminal.ts'
import { type Brake, openBrake } from './brake.ts'
import type { Inputs } from './load-inputs.ts'
import { type Guarded, type ReachOptions, splitPair } from './options.ts'
import { steadyLab } from './steady-lab.ts'

/** A laboratory on the running system, with everything that must be let go of at its end. */
export interface OpenRun {
  readonly lab: Lab
  readonly brake: Brake
  readonly identities: Identities
  /** Who could not sign in, and why. */
  readonly absent: readonly string[]
  readonly usage: () => { readonly requests: number; readonly ms: number }
  readonly close: () => Promise<void>
}

/** Requests and time kept back from the budget for clean-up. */
const reserve = { requests: 1, ms: 20_000 }

/** The strictest of what the identities file and the command line say, with defaults where both are silent. */
export function limitsOf(
  options: ReachOptions,
  file: RawIdentities,
): { readonly maxRequests: number; readonly maxDurationMs: number; readonly paceMs: number } {
  const least = (fallback: number, ...given: readonly (number | undefined)[]) => {
    const said = given.filter((each) => each !== undefined)
    return said.length === 0 ? fallback : Math.min(...said)
  }
  return {
    maxRequests: least(100_000, options.maxRequests, file.limits?.requests),
    maxDurationMs: least(30, options.maxMinutes, file.limits?.minutes) * 60_000,
    paceMs: Math.max(options.pace, parseDuration(file.limits?.pace ?? '') ?? 0),
  }
}

/** The addresses of the sources: the identities file's, replaced by those of the command line. Throws for a source that is none. */
export function targetsOf(options: ReachOptions, { charter, identities }: Inputs): Record<string, string> {
  const given = (options.target ?? []).map((text) => splitPair(text, 'source=url'))
  for (const [source, url] of given) {
    if (!charter.sources.has(source))
      throw new Error(`the charter has no source \`${source}\`; it has ${[...charter.sources.keys()].join(', ')}`)
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Error(`\`${url}\` is no http or https address`)
  }
  return { ...identities.targets, ...Object.fromEntries(given) }
}

/**
 * Opens a run: everybody signs in. Throws when nobody can, with the address and the step of each identity that failed.
 *
 * SECURITY: requests go to the hosts of the targets, those of the identities file's `limits.hosts` and `--allow-host`, no others.
 */
export async function openRun(terminal: Terminal, inputs: Inputs, options: ReachOptions): Promise<OpenRun> {
  const { charter, identities: file } = inputs
  const direct = targetsOf(options, inputs)
  let now = (): number => Date.now()
  const guarded = await options.guardBy?.(direct, () => now())
  const targets = guarded?.targets ?? direct
  const limits = limitsOf(options, file)
  const cleans = file.hooks?.reset !== undefined
  const sleep = async (ms: number): Promise<void> => void (await pause(ms))
  const transport = openTransport({
    allowHosts: [
      ...[...Object.values(direct), ...Object.values(targets)].map(hostOf),
      ...(file.limits?.hosts ?? []),
      ...(options.allowHost ?? []),
    ],
    maxRequests: limits.maxRequests,
    maxDurationMs: limits.maxDurationMs + reserve.ms,
    paceMs: limits.paceMs,
    timeoutMs: options.timeout,
    maxBodyBytes: 1_000_000,
    now: Date.now,
    sleep,
  })
  const brake = openBrake(transport, {
    maxRequests: limits.maxRequests,
    kept: cleans ? reserve.requests : 0,
    maxDurationMs: limits.maxDurationMs,
  })
  const nonce = Date.now().toString(36)
  let fresh = 0
  const identities = openIdentities(file, brake.transport, {
    readFile: (path) => readFile(resolve(dirname(options.identities), path), 'utf8'),
    env: terminal.env,
    now: Date.now,
    fresh: () => `${nonce}${(fresh++).toString(36)}`,
    targets,
    hookTargets: direct,
  })
  try {
    const { lab, absent } = await openLab({
      charter,
      file,
      identities,
      transport: brake.transport,
      random: seededRandom(options.seed),
      nonce,
      now: Date.now,
      sleep,
      racing: { width: options.raceWidth, rounds: options.raceRounds },
    })
    const told = absent.map((each) => each.replace(/^([^:]+): \1\b/, '$1'))
    refuseEmptyStage(file, told, targets, brake)
    brake.arm()
    now = lab.now
    return {
      lab: steadyLab(guarded === undefined ? lab : behindGuard(lab, guarded)),
      brake,
      identities,
      absent: told,
      usage: () => transport.used(),
      close: async () => {
        await transport.close()
        await guarded?.close()
      },
    }
  } catch (error) {
    await transport.close()
    await guarded?.close()
    throw error
  }
}

/** What is undone at the target is undone at its guard. */
function behindGuard(lab: Lab, guarded: Guarded): Lab {
  const { reset } = lab
  if (reset === undefined) return lab
  return {
    ...lab,
    reset: async () => {
      const done = await reset()
      if (done) await guarded.renew()
      return done
    },
  }
}

/** Nobody to act as, or nobody who had to sign in could: an address or a credential is wrong, and no proof can be made. */
function refuseEmptyStage(
  file: RawIdentities,
  absent: readonly string[],
  targets: Readonly<Record<string, string>>,
  brake: Brake,
): void {
  const signing = Object.values(file.identities).filter((each) => each.login !== undefined && each.pool === undefined)
  const unable = absent.length > 0 && absent.length >= Math.max(1, signing.length)
  if (!unable && brake.stopped() === undefined) return
  const where = Object.entries(targets).map(([source, url]) => `${source} at ${url}`)
  const why = brake.stopped() ?? `nobody could sign in to ${where.join(', ')}`
  const shown = absent.slice(0, 3).map((each) => `\n  ${each}`)
  const rest = absent.length > 3 ? `\n  and ${absent.length - 3} more` : ''
  throw new Error(`${why}${shown.join('')}${rest}`)
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}

/**
 * Ends a run: puts the target back where there is a hook for it; says what was left behind otherwise.
 *
 * @returns Sentences for the report.
 */
export async function cleanUp({ lab, brake, identities }: OpenRun): Promise<string[]> {
  brake.release()
  const exchange = await identities.runHook('reset').catch(() => undefined)
  const status = exchange?.response?.status ?? 0
  if (status >= 200 && status < 300) return []
  const left = createdBy(lab)
  const failed =
    exchange === undefined
      ? []
      : [`the reset hook failed: ${status === 0 ? exchange.failure?.message : `it answered ${status}`}`]
  return left === '' ? failed : [...failed, `created and not removed: ${left}`]
}

function createdBy({ charter, past }: Pick<Lab, 'past'> & { readonly charter: Charter }): string {
  const counts = new Map<string, number>()
  const add = (type: string, count: number): void => void counts.set(type, (counts.get(type) ?? 0) + count)
  for (const call of past) {
    if (call.created !== undefined) add(call.created.type, 1)
    const use = charter.operations.get(call.operation)?.uses.find((each) => each.id === call.use)
    const gone = charter.objects.get(use?.object?.type ?? '')?.gone
    if (use?.object !== undefined && gone !== undefined && use.to.includes(gone)) add(use.object.type, -1)
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} × ${type}`)
    .join(', ')
}
