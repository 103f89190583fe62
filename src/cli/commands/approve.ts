import type { Command } from 'commander'
import { groupBy } from '../../charter/group-by.ts'
import type { Office, Waiting } from '../guard/office.ts'
import { addOperatorOptions, addPersonOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends OperatorOptions {
  readonly list?: boolean
  readonly refuse?: boolean
  readonly why?: string
}

/** `lockstep approve`: answers calls that wait for somebody. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('approve')
    .description('answer calls that wait for somebody; without a reference, list them')
    .argument('[reference]', 'the reference the caller was given')
    .option('--list', 'list what waits')
    .option('--refuse', 'refuse it')
    .option('--why <text>', 'why, for the record and for the caller')
  addPersonOptions(addOperatorOptions(command)).action((reference: string | undefined, options: Options) =>
    withOffice(terminal, options, (office) =>
      reference === undefined || options.list === true
        ? list(terminal, office, options)
        : answer(terminal, office, reference, options),
    ),
  )
}

async function list(terminal: Terminal, office: Office, { json }: Options): Promise<void> {
  const waiting = await office.waiting()
  if (json === true) {
    terminal.print(JSON.stringify(waiting, null, 2))
    return
  }
  if (waiting.length === 0) terminal.print('nothing waits')
  for (const related of groupBy(waiting, (each) => each.group).values()) {
    for (const each of related) show(terminal, each)
    if (related.length > 1) terminal.print(terminal.paint('dim', `  (${related.length} of one kind by one caller)`))
    terminal.print('')
  }
}

/** Exactly what will run. */
function show(
  terminal: Terminal,
  { reference, operation, principal, request, objects, approvals, expires, whyNot }: Waiting,
): void {
  const print = (text: string): void => terminal.print(harmless(text))
  print(`${terminal.paint('bold', reference)}  ${operation} by ${principal ?? 'somebody who is not signed in'}`)
  for (const [part, value] of Object.entries(request ?? {}))
    if (!isEmpty(value)) print(`  ${part.padEnd(7)} ${JSON.stringify(value)}`)
  if (objects.length > 0) print(terminal.paint('dim', `  about   ${objects.join(', ')}`))
  for (const { name, quorum, says } of approvals)
    print(`  needs   ${name}${quorum > 1 ? ` from ${quorum} people` : ''}: ${says}`)
  print(`  until   ${expires}`)
  if (whyNot !== undefined) print(terminal.paint('dim', `  not you: ${whyNot}`))
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

async function answer(terminal: Terminal, office: Office, reference: string, options: Options): Promise<void> {
  const said = await office.answer(reference, options.refuse === true ? 'refuse' : 'approve', options.why)
  if (!said.ok) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify(said))
  else if (!said.ok) terminal.print(harmless(`${terminal.paint(['red', 'bold'], 'not counted')}: ${said.why}`))
  else if (said.state === 'pending') terminal.print('counted; others must approve it too')
  else terminal.print(said.state === 'granted' ? 'approved: repeating the call makes it' : said.state)
}
