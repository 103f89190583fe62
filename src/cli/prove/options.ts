import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../charter/duration.ts'

/** Opens a guard in front of targets, on the clock of the run. */
export type GuardBy = (targets: Readonly<Record<string, string>>, now: () => number) => Promise<Guarded>

/** Targets behind a guard. */
export interface Guarded {
  /** Where calls go instead. */
  readonly targets: Readonly<Record<string, string>>
  /** Forgets all that calls added up to, as the reset of the target did. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** Options that `prove` and `verify` have in common. */
export interface ReachOptions {
  readonly identities: string
  readonly target?: readonly string[]
  readonly allowHost?: readonly string[]
  readonly maxRequests: number | undefined
  readonly maxMinutes: number | undefined
  readonly pace: number
  readonly timeout: number
  readonly seed: string
  readonly raceWidth: number
  readonly raceRounds: number
  readonly json?: boolean
  readonly quiet?: boolean
  /** The guard file of a guard that everybody but hooks goes through. */
  readonly guard?: string
  /** Puts a guard in front of the targets: everybody goes through it, but hooks. */
  readonly guardBy?: GuardBy
}

/** Adds the options that say who acts, where, and how much may be sent. */
export function addReachOptions(command: Command): Command {
  return command
    .requiredOption('--identities <file>', 'who acts, and where: the identities file')
    .option('--target <source=url>', 'address of a source, instead of the one in the identities file', collect)
    .option('--guard <file>', 'go through a guard of this guard file, started for the run')
    .option('--allow-host <host>', 'let requests go to this host too', collect)
    .option('--seed <text>', 'choose arguments by this seed', '1')
    .option('--race-width <number>', 'calls of one race', wholeNumber(2, 50), 20)
    .option('--race-rounds <number>', 'tries of one race; 0 for no races', wholeNumber(0, 20), 3)
    .option('--max-requests <number>', 'stop after so many requests (default: 100000)', wholeNumber(1, 10_000_000))
    .option('--max-minutes <number>', 'stop after so many minutes (default: 30)', positive)
    .addOption(new Option('--pace <duration>', 'wait between two requests').argParser(duration).default(0, '0ms'))
    .addOption(new Option('--timeout <duration>', 'wait for an answer').argParser(duration).default(10_000, '10s'))
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** An option for a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`write a whole number from ${least} to ${most}.`)
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('write a number above zero.')
}

/** Reads any number of a command line. */
export function finite(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('write a number.')
}

/** Reads a duration of a command line, as milliseconds. */
export function duration(text: string): number {
  const value = parseDuration(text)
  if (value !== undefined) return value
  throw new InvalidArgumentError('write a duration as 250ms, 10s or 5m.')
}

/** Splits `name=value` at the first `=`. Throws when there is none. */
export function splitPair(text: string, form: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new Error(`\`${text}\` does not read \`${form}\``)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** An option with a fixed set of values. */
export function choice(flags: string, says: string, values: readonly string[], preset: string): Option {
  return new Option(flags, says).choices(values).default(preset)
}
