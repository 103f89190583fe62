/** Who is told of what is on the record, as a guard file says. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { mail } from '../../api/notice/mail.ts'
import type { Notice } from '../../api/notice/notice.ts'
import { chat, webhook } from '../../api/notice/post.ts'
import type { Target } from '../../api/notice/target.ts'
import { openTeller, type Teller } from '../../api/notice/teller.ts'
import type { Guard } from '../../guard/guard.ts'
import { digestOf } from '../../guard/id.ts'
import { openShelf } from '../../store/shelf/open.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import type { Core } from './core.ts'
import type { NotifyFile } from './notify-schema.ts'
import { originOf, shelfPlace } from './places.ts'
import type { Secrets } from './secrets.ts'

export interface NoticeOptions {
  readonly core: Core
  readonly secrets: Secrets
  /** Where browsers find the console; undefined while it is not shown. */
  readonly console: () => string | undefined
  readonly fail: (why: string) => void
}

/** Opens it; undefined when nobody is to be told. @throws when a secret is missing or too short, or the shelf cannot be opened. */
export async function openNotices(
  config: GuardConfig & ReadyCharter,
  { core, secrets, console, fail }: NoticeOptions,
): Promise<Teller | undefined> {
  const written = [...(config.file.control?.notify ?? []), ...(config.file.console?.notify ?? [])]
  if (written.length === 0) return undefined
  const targets = await Promise.all(written.map((each) => targetOf(config.folder, each, secrets)))
  const { guard, ledger, node } = core
  const shelf = await openShelf(await shelfPlace(config, secrets))
  try {
    const teller = await openTeller({
      targets: [...new Map(targets.map((target) => [target.id, target])).values()],
      shelf,
      reader: ledger.reader,
      origin: originOf(config),
      ledger: ledger.publicKey,
      node,
      link: (path) => linkTo(config.file.console?.url ?? console(), path),
      workflowOf: (notice) => workflowOf(guard, notice),
      onGivenUp: ({ by, name }, count, why) =>
        guard.note({
          kind: 'act',
          effect: 'notices-given-up',
          of: `${by} ${name}`,
          principal: 'guard',
          why: `${count} messages: ${why}`,
        }),
      onFailure: fail,
    })
    return {
      state: () => teller.state(),
      test: (id, by) => teller.test(id, by),
      close: async () => {
        await teller.close()
        await shelf.close()
      },
    }
  } catch (error) {
    await shelf.close()
    throw error
  }
}

function linkTo(base: string | undefined, path: string): string | undefined {
  return base === undefined ? undefined : `${base.replace(/\/$/, '')}${path}`
}

/** A call belongs to the workflow of its run; without one, to the one its operation is of. */
async function workflowOf(
  guard: Pick<Guard, 'charter' | 'approvals'>,
  { workflow, operation, hold }: Notice,
): Promise<string | undefined> {
  if (workflow !== undefined) return workflow
  const question = hold === undefined ? undefined : await guard.approvals.get(hold)
  const used = question?.call.operation ?? operation
  if (question?.call.run?.workflow !== undefined) return question.call.run.workflow
  return [...guard.charter().workflows.values()].find(({ operations }) => used !== undefined && operations.has(used))
    ?.name
}

async function targetOf(folder: string, written: NotifyFile[number], secrets: Secrets): Promise<Target> {
  const filter = {
    ...(written.kinds === undefined ? {} : { kinds: written.kinds }),
    ...(written.workflows === undefined ? {} : { workflows: written.workflows }),
  }
  if ('url' in written) {
    const { url, secret } = written
    const { host } = new URL(url)
    return {
      id: idOf('webhook', url),
      by: 'webhook',
      name: host,
      ...filter,
      send: webhook(url, await secrets.fill(secret)),
    }
  }
  if ('chat' in written) {
    // The reference names it: the address itself is a secret.
    const { chat: reference, form } = written
    const url = await secrets.fill(reference)
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new TypeError(`${reference} holds no HTTP address`)
    return { id: idOf('chat', reference), by: 'chat', name: new URL(url).host, ...filter, send: chat(url, form) }
  }
  const { smtp, from, to } = written
  const { host, port, tls, user, password, ca } = smtp
  const login = user === undefined ? undefined : { user, password: await secrets.fill(password ?? '') }
  const server = {
    host,
    port,
    tls,
    ...(login === undefined ? {} : { login }),
    ...(ca === undefined ? {} : { ca: await readFile(resolve(folder, ca), 'utf8') }),
  }
  return { id: idOf('mail', host, ...to), by: 'mail', name: to.join(', '), ...filter, send: mail(server, { from, to }) }
}

function idOf(...parts: readonly string[]): string {
  return digestOf(parts).slice(0, 16)
}
