import type { Command } from 'commander'
import { shownStanding } from '../../gateway/control/standing.ts'
import type { Standing } from '../../guard/standing-grants.ts'
import type { Office } from '../guard/office.ts'
import { addOperatorOptions, addPersonOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import { duration, finite, wholeNumber } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface GiveOptions extends OperatorOptions {
  readonly operation: string
  readonly uses: number
  readonly for: number
  readonly principal?: string
  readonly object?: string
  readonly atMost?: number
}

/** `lockstep standing`: classes of calls that are approved at once. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('standing')
    .description(
      'approve a class of calls at once, within what the charter allows; without more, list what is approved',
    )
  const list = command.command('list', { isDefault: true }).description('list what is approved and not used up')
  addOperatorOptions(list).action((options: OperatorOptions) =>
    withOffice(terminal, options, async (office) => print(terminal, await office.standing(), options)),
  )
  const give = command
    .command('give')
    .description('approve a class of calls')
    .argument('<approval>', 'the approval of the charter that is given')
    .requiredOption('--operation <id>', 'of which operation')
    .requiredOption('--uses <number>', 'how many calls', wholeNumber(1, 1_000_000))
    .requiredOption('--for <duration>', 'how long, as 30m or 1h', duration)
    .option('--principal <id>', 'calls of this caller only')
    .option('--object <type/key>', 'calls on this object only')
    .option('--at-most <number>', 'calls up to this amount only, of what the charter limits', finite)
  addPersonOptions(addOperatorOptions(give)).action((approval: string, options: GiveOptions) =>
    withOffice(terminal, options, (office) => giveOne(terminal, office, approval, options)),
  )
  const withdraw = command
    .command('withdraw')
    .description('take one back; calls that were sent with it stay as they are')
    .argument('<grant>', 'which one, as it is listed')
  addOperatorOptions(withdraw).action((grant: string, options: OperatorOptions) =>
    withOffice(terminal, options, (office) => withdrawOne(terminal, office, grant, options)),
  )
}

function print(terminal: Terminal, all: readonly Standing[], { json }: OperatorOptions): void {
  if (json === true) terminal.print(JSON.stringify(all.map(shownStanding), null, 2))
  else if (all.length === 0) terminal.print('no class of calls is approved')
  else
    for (const { grant, approval, by, bound, used } of all) {
      const { operation, principal, object, atMost, uses, expires } = bound
      const whom = principal === undefined ? '' : ` by ${principal}`
      const which = object === undefined ? '' : ` on ${object}`
      const most = atMost === undefined ? '' : ` up to ${atMost}`
      const until = new Date(expires).toISOString()
      terminal.print(harmless(`${terminal.paint('bold', grant)}  ${approval}: ${operation}${whom}${which}${most}`))
      terminal.print(harmless(`  ${used} of ${uses} used, until ${until}, given by ${by.id ?? 'nobody known'}`))
    }
}

async function giveOne(terminal: Terminal, office: Office, approval: string, options: GiveOptions): Promise<void> {
  const { operation, uses, principal, object, atMost } = options
  const said = await office.stand(approval, {
    operation,
    uses,
    expires: Date.now() + options.for,
    ...(principal === undefined ? {} : { principal }),
    ...(object === undefined ? {} : { object }),
    ...(atMost === undefined ? {} : { atMost }),
  })
  const isGiven = 'grant' in said
  if (!isGiven) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify(said))
  else if (isGiven) terminal.print(`given: ${said.grant}`)
  else terminal.print(harmless(`${terminal.paint(['red', 'bold'], 'not given')}: ${said.problem}`))
}

async function withdrawOne(
  terminal: Terminal,
  office: Office,
  grant: string,
  { json }: OperatorOptions,
): Promise<void> {
  const isWithdrawn = await office.withdraw(grant)
  if (!isWithdrawn) terminal.finish('denied')
  if (json === true) terminal.print(JSON.stringify({ grant, withdrawn: isWithdrawn }))
  else terminal.print(harmless(isWithdrawn ? `\`${grant}\` is withdrawn` : `\`${grant}\` is not given, or over`))
}
