/** Another one-time link, for a console that runs in another process. */
import { openShelf } from '../../store/shelf/open.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import { consoleSchema } from './console-schema.ts'
import { linkTo, toldPlace } from './console-sign-in.ts'
import { openCore } from './core.ts'
import { operatorName } from './person.ts'
import { shelfPlace } from './places.ts'
import { openSecrets } from './secrets.ts'

/**
 * Makes it, and puts on the record who did.
 *
 * @throws when no console was shown with this store yet.
 */
export async function anotherLink({ env }: Terminal, ready: GuardConfig & ReadyCharter): Promise<string> {
  const secrets = openSecrets(env, ready.folder)
  const shelf = await openShelf(await shelfPlace(ready, secrets))
  try {
    const url = await toldPlace(shelf)
    if (url === undefined) throw new Error('no console was started yet: `lockstep serve` shows one, and prints a link')
    const core = await openCore(ready, { secrets, version: versionOfProgram() })
    try {
      await core.guard.note({
        kind: 'act',
        effect: 'link-made',
        of: 'console',
        principal: operatorName({}),
        why: 'local operator',
      })
    } finally {
      await core.close()
    }
    return await linkTo(shelf, url, ready.file.console ?? consoleSchema.parse({}))
  } finally {
    await shelf.close()
  }
}
