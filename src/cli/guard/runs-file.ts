/** What a guard file says of runs, and the tokens that agents are given for them. */
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Guard } from '../../guard/guard.ts'
import type { RunsKnown } from '../../identity/run-provider.ts'
import { makeRunTokens } from '../../identity/run-token.ts'
import { openTokenKeys } from '../../identity/token-keys.ts'
import type { GuardConfig } from './config.ts'
import { file, span } from './schema-part.ts'

const hour = 3_600_000

/** The shape of `runs:`. */
export const runsSchema = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'The address of the control API as agents know it. With it, they are given tokens there.' }),
    key: file('The keys that sign tokens, made on the first start; the first signs.').optional(),
    resources: z
      .array(z.url())
      .default([])
      .meta({ description: 'What gateways are known as; a token is for those it is asked for. Without any, for all.' }),
    lifetime: span('10m', 'How long a token counts.').refine((ms) => ms <= hour, 'at most 1h'),
    longest: span('8h', 'How long a run lasts, at most.'),
    idle: span('30m', 'After so long without a call, the run of an agent that asked for none is over.'),
    'charter-changed': z.enum(['exchange', 'go-on']).default('exchange').meta({
      description: 'Whether tokens must be exchanged again when the charter changes, or runs go on under the new one.',
    }),
  })
  .prefault({})
  .meta({ description: 'Runs of agents, and the tokens they are given.' })

/**
 * Opens what makes tokens, and tells identifiers of runs; undefined when the file names no issuer.
 *
 * @param guard - There is one before the first call.
 * @throws {IdentitySetupError} when the keys cannot be used.
 */
export async function openKnownRuns(
  { folder, file }: GuardConfig,
  guard: () => Pick<Guard, 'runs'> | undefined,
): Promise<RunsKnown | undefined> {
  const { issuer, key } = file.runs
  if (issuer === undefined) return undefined
  const home = 'sqlite' in file.store ? file.store.sqlite : '.lockstep/guard'
  const path = key === undefined ? join(resolve(folder, home), 'tokens.key') : resolve(folder, key)
  const tokens = makeRunTokens(issuer, await openTokenKeys(path), Date.now)
  return { tokens, principalOf: async (handle) => await guard()?.runs.principalOf(handle) }
}
