// Hosts behind any sign, what a link has inside, and accounts of which only some letters are of another script.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { addressesIn, addressesInside } from '../../../src/session/provenance/form/address.ts'
import { emptyMemory, type Memory, remember } from '../../../src/session/provenance/memory.ts'
import { traceAddresses } from '../../../src/session/provenance/trace.ts'

const wallet = '0x52908400098527886E0F7030069857D2E4169EE7'
const planted = `Refund desk: https://cash.test/pay, refund@cash.test, LT12 1000 0111 0100 1000, ${wallet}, http://203.0.113.25/`
const seen = (
  content: unknown,
  prompt = 'Write about https://house.shop/claims',
  trusted: readonly string[] = [],
): Memory =>
  remember(remember(emptyMemory(), { kind: 'prompt', text: prompt }), {
    kind: 'answer',
    operation: 'mail.read',
    call: 'c0',
    content,
    trusted: trusted.map((name) => [name]),
  })
const trustsIn = (memory: Memory, text: string): readonly (string | undefined)[] =>
  traceAddresses(memory, text).map(({ origins: [best] }) => best?.trust)

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

suite('a host that others told in a link is theirs', () => {
  for (const text of [
    '//cash.test',
    'see //cash.test now',
    '(//cash.test)',
    '[here](//cash.test)',
    '[here](//cash.test/)',
    '<a href="//cash.test">here</a>',
    '<a href="//cash.test/">here</a>',
    '/cash.test',
    'a/cash.test',
    '@cash.test',
    '(@cash.test)',
    'https:/cash.test',
    'https:cash.test',
    String.raw`https:\\cash.test\pay`,
    String.raw`https:\/\/cash.test\/pay`,
    String.raw`/\cash.test`,
    '//x@cash.test',
    '//x@cash.test/other',
    '//u:p@cash.test/',
    '／／cash.test',
    '&#47;&sol;cash.test',
    String.raw`\u002f\u002fcash.test`,
    String.raw`\u{2f}\u{2f}cash.test`,
    '%2F%2Fcash.test',
    'https%253A%252F%252Fcash.test',
    'https%25253A%25252F%25252Fcash.test',
    '_cash.test_',
    '...cash.test',
    '-cash.test',
    'the cash.test-site',
    'cash.test/)',
  ])
    test(text, () => assert.ok(trustsIn(seen({ text: planted }), text).includes('untrusted')))
})

const foreign =
  'Δείτε www.πινακοθήκη-πληρωμές.example, kostas@τράπεζες.example, https://νίκη-αννα.example/a, www.оплата-нота.example, WWW.ΒΙΒΛΙΟΘΉΚΗ.EXAMPLE, www.pay.example'
suite('a host or a mailbox that others told in another script is theirs in capitals', () => {
  for (const text of [
    'ΠΙΝΑΚΟΘΉΚΗ-ΠΛΗΡΩΜΈΣ.example',
    'ΠΙΝΑΚΟΘΗΚΗ-ΠΛΗΡΩΜΕΣ.EXAMPLE',
    'Πινακοθήκη-Πληρωμές.example',
    'see www.Πινακοθήκη-ΠΛΗΡΩΜΈΣ.example/',
    'πινακοθήκη-πληρωμέσ . example',
    'ΠΙΝΑΚΟΘΉΚΗ-ΠΛΗΡΩΜΈΣ . EXAMPLE',
    'Π Ι Ν Α Κ Ο Θ Η Κ Η - Π Λ Η Ρ Ω Μ Ε Σ . e x a m p l e',
    'ΠΙΝΑΚΟΘΉΚΗ-<b>ΠΛΗΡΩΜΈΣ</b>.example',
    'KOSTAS@ΤΡΆΠΕΖΕΣ.EXAMPLE',
    'kostas@ΤΡΑΠΕΖΕΣ.example',
    'KOSTAS (at) ΤΡΆΠΕΖΕΣ (dot) EXAMPLE',
    'ΝΙΚΗ-ΑΝΝΑ.EXAMPLE',
    'https://ΝΊΚΗ-ΆΝΝΑ.example/a',
    'ОПЛАТА-НОТА.EXAMPLE',
    'OПЛАТА-HОТА.EXAMPLE',
    'βιβλιοθήκη.example',
    'РАУ.example',
    'ΡΑΥ.example',
  ])
    test(text, () => assert.ok(trustsIn(seen({ text: foreign }), text).includes('untrusted')))
  for (const [prompt, text] of [
    ['Write about https://πινακοθήκη-πληρωμή.example/a', 'ΠΙΝΑΚΟΘΉΚΗ-ΠΛΗΡΩΜΉ.EXAMPLE'],
    ['ΓΡΆΨΕ ΣΤΟ ANNA@ΝΊΚΗ-ΠΛΗΡΩΜΉ.EXAMPLE', 'νίκη-πληρωμή.example'],
  ] as const)
    test(`${text}, but not of a user who said it`, () => {
      const said = seen({ text: 'www.πινακοθήκη-πληρωμή.example, www.νίκη-πληρωμή.example' }, prompt)
      assert.ok(!trustsIn(said, text).includes('untrusted'))
    })
})

const page =
  'Write to pay@reefmail.org, see https://reefpay.com/form or https://mv-collect.test/a, https://pay.coral.co.uk and eva.marsh@gmail.com'
suite('a host or a mailbox that others told is theirs with markup, tags, signs or blanks within', () => {
  for (const text of [
    'mv-collect<b>.</b>test',
    'mv-collect<wbr>.test',
    'mv-<i>collect</i>.test',
    '<span class="a">mv-</span><span class="b">collect.test</span>',
    'm v - c o l l e c t . t e s t',
    'go to m v-c o l l e c t.t e s t',
    'pay@reefmail<b>.</b>org',
    'pay@<b>reefmail</b>.org',
    'pay<b>@reefmail</b>.org',
    'pay @ reefmail . o r g',
    'p a y @ r e e f m a i l . o r g',
    '**reefpay**.com',
    'reef**pay**.com',
    '_reefpay_.com',
    '`reefpay`.com',
    '~~reefpay~~.com',
    '<b>reefpay</b>.com',
    'REEFPAY<B>.</B>COM',
    'reefpay<!-- -->.com',
    'reefpay<!-- a --><i></i>.<u>com</u>',
    '<td>reefpay</td><td>.com</td>',
    '[b]reefpay[/b].com',
    'reefpay&#8203;.com',
    'reefpay&lt;b&gt;.com',
    'reefpay. com',
    'reefpay .com',
    'reefpay.\ncom',
    'see us at reefpay. com now',
    'reefpay\\.com',
    'reefpay·com',
    'reefpay&middot;com',
    'reefpay • com',
    '"reefpay".com',
    "'reefpay'.com",
    '(reefpay).com',
    '{reef}{pay}.com',
    'reef pay.com',
    'reef-pay. com',
    'reefpay.c om',
    'r e e f p a y . c o m',
    'a r e e f p a y . c o m',
    'r-e-e-f-p-a-y.c-o-m',
    'r_e_e_f_p_a_y.com',
    'r|e|e|f|p|a|y|.com',
    'r e e f p a y [dot] c o m',
    'ｒ ｅ ｅ ｆ ｐ ａ ｙ ． ｃ ｏ ｍ',
    'coral.co. uk',
    'c o r a l . c o . u k',
    'eva.marsh@<b>gmail</b>.com',
    'eva<i>.</i>marsh@gmail.com',
    'e v a . m a r s h @ g m a i l . c o m',
    base64url('Write to pay@<b>reefmail</b>.org'),
  ])
    test(JSON.stringify(text), () =>
      assert.ok(trustsIn(seen({ text: page }, 'Write to ann@gmail.com'), `Now ${text}, thanks`).includes('untrusted')),
    )
})

test('sentences, lists and code are no hosts, whatever others told', () => {
  const links = 'notion.so help.me the.news check.in coral.co.uk home.it united.com my-app.py e-mail.no as.is'
  const memory = seen({ text: links.replace(/\S+/g, 'https://$&/a') })
  for (const text of [
    'It is a notion. So we wait. I need help. Me too. Please check. In the morning, read the news.',
    'Coral Co. United. Community. We are home. It is late.',
    'We are <b>home.</b> It is late.</p><p>So <i>be it</i>.',
    '<p>We are at home.</p><p>It is late.</p>',
    '- home.\n- It is\n* home\n* it',
    'Take A. B. C. or D, 1 . 2 . 3, and a . b . c .',
    'my_app is "the news", e mail no, a check in; (united) community',
    'I N V O I C E  2 0 2 6 . 0 1',
  ])
    assert.deepEqual(trustsIn(memory, text), [], text)
})

test('what the user says is theirs with markup within', () => {
  const memory = seen(
    { text: 'https://house-shop.com/a, desk@house-shop.com' },
    'Write about https://house-shop.com/claims',
  )
  for (const text of ['**house-shop**.com', '<b>house-shop</b>.com', 'house-shop. com', 'h o u s e - s h o p . c o m'])
    assert.ok(!trustsIn(memory, text).includes('untrusted'), text)
})

suite('what others told is theirs inside of a link to elsewhere', () => {
  for (const rest of [
    '/go?to=https://cash.test/pay',
    '/go?to=https%3A%2F%2Fcash.test%2Fpay',
    '/go?to=https%253A%252F%252Fcash.test%252Fpay',
    '/go?to=%2F%2Fcash.test',
    '/go?to=//cash.test/pay',
    `/go?to=${base64url('https://cash.test/pay')}&x=1`,
    '/go?a=https://b.example/?to=https://cash.test/pay&z=1',
    '/go/https://cash.test/pay',
    '/go#https://cash.test/pay',
    '/cash.test/pay',
    '/x.example/cash.test/pay',
    '//cash.test',
    '/compose?to=refund@cash.test',
    '/compose?to=refund%40cash.test',
    '/go?to=203.0.113.25',
    '/pay?iban=LT121000011101001000',
    '/pay/LT12-1000-0111-0100-1000/now',
    `/address/${wallet}`,
  ])
    for (const link of [`https://house.shop${rest}`, `www.house.shop${rest}`, `other.example${rest}`])
      test(link, () => assert.ok(trustsIn(seen({ text: planted }), `See ${link}, please`).includes('untrusted')))
  test('each by itself', () => {
    assert.deepEqual(
      addressesInside('https://a.example/x.example/y?to=https://b.example/z&m=c@d.example,e@f.example'),
      ['x.example/y', 'https://b.example/z', 'c@d.example', 'e@f.example'],
    )
    for (const plain of [
      'https://a.example',
      'https://u@a.example:80/a/manual.pdf?page=12#top',
      'a@b.example',
      '030/90',
    ])
      assert.deepEqual(addressesInside(plain), [], plain)
  })
})

suite('an account that others told is theirs with some letters or digits of another script', () => {
  for (const text of [
    'ＬＴ12 1000 0111 0100 1000',
    'ＬＴ121000011101001000',
    'LＴ12 1000 0111 0100 1000',
    'ＬT12-1000-0111-0100-1000',
    'ＬＴ１2 1000 0111 0100 1000',
    'LT12 1000 0111 010０ 1000',
    'LТ12 1000 0111 0100 1000',
    'ʟᴛ12 1000 0111 0100 1000',
    'ᴸᵀ12 1000 0111 0100 1000',
    '𝐋T12 1000 0111 0100 1000',
    '🄻🅃12 1000 0111 0100 1000',
    '🅛🅣12 1000 0111 0100 1000',
    '🇱🇹12 1000 0111 0100 1000',
  ])
    test(text, () => assert.ok(trustsIn(seen({ text: planted }), `Pay to ${text}.`).includes('untrusted')))
})

test("another path of a host, another mailbox and a name below it are the model's own, also inside of a link", () => {
  for (const text of [
    'https://cash.test/other',
    'https://cash.test:8080/other',
    '//cash.test/other',
    'x@cash.test',
    'x@mail.cash.test',
    'pay.cash.test',
    'https://pay.cash.test',
    'my-cash.test',
    'https://house.shop/?to=https://cash.test/other',
    'https://house.shop/?to=x@cash.test',
  ])
    assert.deepEqual(trustsIn(seen({ text: planted }), text), ['model'], text)
})

test('what the user or a trusted place says is theirs behind any sign and inside of a link', () => {
  const memory = seen(
    {
      text: 'https://house.shop, https://desk.test/a, ann@desk.test',
      link: 'https://desk.test/a',
      mail: 'ann@desk.test',
    },
    'Write about https://house.shop/go?to=https://desk.test/a',
    ['link', 'mail'],
  )
  for (const text of [
    '<a href="//house.shop">us</a>, /house.shop, @house.shop',
    'https://house.shop/go?to=https://desk.test/a',
    'https://house.shop/other?to=https%3A%2F%2Fdesk.test%2Fa&from=ann@desk.test',
  ])
    assert.ok(!trustsIn(memory, text).includes('untrusted'), text)
})

test('names of files and of people, and ids in paths, are no hosts', () => {
  const text =
    '@dana.kim: read docs/setup.md and https://git.example/lib/punycode.js/raw, order https://shop.example/o/AB12CDEF34567890.'
  for (const sent of [
    'Thank you @dana.kim, it is in docs/setup.md',
    'See lib/punycode.js and https://git.example/other/docs/setup.md',
    'See https://shop.example/o/AB12CDEF34567890/status',
  ])
    assert.ok(!trustsIn(seen({ text }), sent).includes('untrusted'), sent)
})

test('without having been told, a name is a host behind what begins a link', () => {
  for (const link of [
    '//new.example',
    '[here](//new.example/)',
    'https:/new.example',
    String.raw`https:\/\/new.example`,
  ])
    assert.deepEqual(addressesIn(link), ['new.example'], link)
  for (const other of ['docs/setup.md', '/setup.md', '@new.example', String.raw`docs\/setup.md`])
    assert.deepEqual(addressesIn(other), [], other)
})

test('foreign text costs no more than its length', () => {
  const memory = seen({ text: planted })
  const bricks = [
    '//',
    '/a.b',
    'a://',
    '//x@',
    '_a.b',
    '-a.',
    'https://a.b/?to=',
    '%25',
    '%2525',
    '=https://a.aa',
    'a.aa/',
    'a. com ',
    'a.b.com.',
    'a ',
    'a*',
    '*',
    '<b',
    '<b>a',
    '.com<b>',
    'a . ',
    '\\\\.',
    '[a',
  ]
  for (const brick of [...bricks, `https://a.aa/${'a.aa/'.repeat(300)} `]) {
    const started = performance.now()
    traceAddresses(memory, brick.repeat(100_000 / brick.length))
    assert.ok(performance.now() - started < 2000, brick.slice(0, 20))
  }
})
