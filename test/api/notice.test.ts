// People and systems are told what is on the record: signed, in order, at least once, and once per id.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { mail } from '../../src/api/notice/mail.ts'
import { chat, webhook } from '../../src/api/notice/post.ts'
import type { Target } from '../../src/api/notice/target.ts'
import { type Desk, desk, hold, mailbox, off, receiver, secret, until } from './notice-stage.ts'

let stage: Desk
before(async () => {
  stage = await desk()
})
after(() => stage?.close())

let targets = 0
function hook(url: string, changes: Partial<Target> = {}): Target {
  targets += 1
  return { id: `t${targets}`, by: 'webhook', name: 'hook', send: webhook(url, secret), ...changes }
}

describe('a webhook', () => {
  test('is told signed and in order, again when it was not heard, and goes on where another process stopped', async () => {
    let refuse = 2
    const there = await receiver(() => (--refuse < 0 ? 204 : 500))
    const target = hook(there.url)
    const first = await stage.tell([target])
    await stage.append(off('before'), hold('h1'), hold('h1', 'refunds.pay', 'granted'), off('x'))
    await until(async () => (await first.state()).targets[0]?.sent === 4, 'four messages')
    assert.deepEqual(
      there.heard.map(({ body }) => body['type']),
      ['dev.lockstep.switch.off', 'dev.lockstep.hold.pending', 'dev.lockstep.hold.granted', 'dev.lockstep.switch.off'],
    )
    assert.ok(there.heard.every(({ id, body }) => id !== undefined && id === body['id']))
    const { data, source, subject } = there.heard[1]?.body ?? {}
    assert.deepEqual([source, subject], ['//shop.example', 'h1'])
    assert.equal(Reflect.get(Object(data), 'link'), 'https://console.example/approvals/h1')
    assert.deepEqual(stage.failures.splice(0), ['hook was not told: it answered 500'], 'one word for one outage')
    await first.close()
    await stage.append(off('meanwhile'))
    const second = await stage.tell([target])
    await until(async () => (await second.state()).targets[0]?.sent === 5, 'what happened meanwhile')
    await pause(50)
    assert.deepEqual([there.heard.length, new Set(there.heard.map(({ id }) => id)).size], [5, 5])
    await second.close()
    await there.close()
  })

  test('hears what it asked for alone', async () => {
    const there = await receiver()
    const teller = await stage.tell([hook(there.url, { kinds: ['approvals'], workflows: ['payouts'] })])
    await stage.append(off('y'), hold('h2', 'refunds.pay'), hold('h3', 'payouts.send'))
    await until(() => there.heard.length === 1, 'one message')
    await pause(50)
    assert.deepEqual(
      there.heard.map(({ body }) => body['subject']),
      ['h3'],
    )
    await teller.close()
    await there.close()
  })

  test('is told by one node at a time, and by another when that one is gone', async () => {
    const there = await receiver()
    const target = hook(there.url)
    const a = await stage.tell([target], { node: 'a', leaseMs: 200 })
    const b = await stage.tell([target], { node: 'b', leaseMs: 200 })
    await stage.append(...Array.from({ length: 20 }, (_, at) => off(`n${at}`)))
    await until(() => there.heard.length >= 20, 'twenty messages')
    const { node } = await a.state()
    assert.ok(node === 'a' || node === 'b')
    const [gone, left] = node === 'a' ? [a, b] : [b, a]
    assert.deepEqual(
      (await left.state()).targets.map(({ sent, waiting }) => [sent, waiting]),
      [[20, 0]],
    )
    await gone.close()
    await stage.append(off('later'))
    await until(() => there.heard.length >= 21, 'the other node')
    await pause(50)
    assert.equal(there.heard.length, 21)
    await left.close()
    await there.close()
  })

  test('that never answers is given up after its time, on the record, and told of what comes later', async () => {
    let open = false
    const there = await receiver(() => (open ? 204 : 0))
    const teller = await stage.tell([hook(there.url)], { giveUpMs: 100 })
    await stage.append(off('old1'), off('old2'))
    await until(async () => (await teller.state()).targets[0]?.givenUp === 2, 'given up')
    assert.deepEqual(
      stage.givenUp
        .splice(0)
        .join('; ')
        .replace(/hook 1 (.*); hook 1 .*/, 'hook 2 $1'),
      'hook 2 it cannot be reached',
    )
    assert.equal((await teller.state()).targets[0]?.failing?.why, 'it cannot be reached')
    open = true
    await stage.append(off('new'))
    await until(() => there.heard.length === 1, 'the new one')
    await until(async () => (await teller.state()).targets[0]?.failing === undefined, 'it works again')
    stage.failures.length = 0
    await teller.close()
    await there.close()
  })

  test('that will not take one message hears the next after ten tries', async () => {
    const there = await receiver(({ body }) => (body['subject'] === 'agent/bad' ? 422 : 204))
    const teller = await stage.tell([hook(there.url)])
    await stage.append(off('bad'), off('good'))
    await until(() => there.heard.length === 1, 'the next')
    assert.deepEqual(stage.givenUp.splice(0), ['hook 1 it answered 422'])
    stage.failures.length = 0
    await teller.close()
    await there.close()
  })
})

describe('mail and chat', () => {
  const from = 'Guard <guard@shop.example>'
  const target = (port: number, name: string): Target => ({
    id: name,
    by: 'mail',
    name,
    send: mail(
      { host: '127.0.0.1', port, tls: 'none', login: { user: 'guard', password: 'letmein' } },
      { from, to: ['desk@shop.example'] },
    ),
  })

  test('say what happened in text and HTML, with a link; names from traffic are text', async () => {
    let refuse = 1
    const box = await mailbox(() => (refuse-- > 0 ? 451 : undefined))
    const teller = await stage.tell([target(box.port, 'm1')])
    await stage.append(off('<b>bot</b>\r\nBcc: all@shop.example', 'odd & <script>alert(1)</script>'))
    await until(() => box.mails.length === 1, 'a mail')
    const [text = ''] = box.mails
    const head = text.slice(0, text.indexOf('\r\n\r\n'))
    assert.match(head, /^Subject: \[shop\.example\] olga switched agent/m)
    assert.match(head, /^Message-ID: <[0-9a-f]{16}-\d+@shop\.example>/m)
    assert.match(head, /^Auto-Submitted: auto-generated/m)
    assert.doesNotMatch(head, /^Bcc/im)
    assert.match(text, /https:\/\/console\.example\/switches/)
    assert.doesNotMatch(text.slice(text.indexOf('text/html')), /<script>|<b>/)
    assert.deepEqual(stage.failures.splice(0), ['m1 was not told: the mail server answered 451'])
    await teller.close()
    await box.close()
  })

  test('come together when there are many; what nobody need know is left out', async () => {
    const box = await mailbox()
    const first = await stage.tell([target(box.port, 'm2')])
    await first.close()
    const many = Array.from({ length: 40 }, (_, at) => hold(`flood-${at}`))
    await stage.append(...many, hold('flood-0', 'refunds.pay', 'executed'))
    const second = await stage.tell([target(box.port, 'm2')])
    await until(async () => (await second.state()).targets[0]?.sent === 40, 'all are told')
    assert.equal(box.mails.length, 1)
    assert.match(box.mails[0] ?? '', /40 messages: 40 approvals/)
    assert.match(box.mails[0] ?? '', /and 10 more/)
    await second.close()
    await box.close()
  })

  test('speak as Slack does, or plainly', async () => {
    const there = await receiver()
    const teller = await stage.tell([
      { id: 'c1', by: 'chat', name: 'slack', send: chat(there.url, 'slack') },
      { id: 'c2', by: 'chat', name: 'plain', send: chat(there.url, 'json') },
    ])
    await stage.append(off('a<b>&c'))
    await until(() => there.heard.length === 2, 'both')
    const all = JSON.stringify(there.heard)
    assert.match(
      all,
      /olga switched agent a&lt;b&gt;&amp;c off: seen twice <https:\/\/console.example\/switches\|open>/,
    )
    const plain = there.heard.find(({ body }) => 'messages' in body)?.body
    assert.deepEqual(plain?.['text'], 'olga switched agent a<b>&c off: seen twice')
    const { failure } = (await teller.test('c1', 'ann')) ?? { failure: { why: 'unknown' } }
    assert.equal(failure, undefined)
    assert.match(JSON.stringify(there.heard.at(-1)), /this is a test: ann/)
    assert.equal(await teller.test('nobody', 'ann'), undefined)
    await teller.close()
    await there.close()
  })
})
