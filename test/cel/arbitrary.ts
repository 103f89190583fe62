import type { CelInput } from '@bufbuild/cel'
import fc from 'fast-check'

/** `shared` leaves out what differs: ints mixed with doubles and division by zero on purpose, doubled signs by an oracle's fault. */
type Dialect = 'ours' | 'shared'

/** Source text of well-formed boolean expressions over `a` (a map), `n` (a number), `s` (a string) and `xs` (a list of numbers). */
export function expressionText(dialect: Dialect): fc.Arbitrary<string> {
  const ours = dialect === 'ours'
  const literals = ours ? ['0', '1', '2', '7', '-3'] : ['0.0', '1.0', '2.0', '-3.0']
  const one = ours ? '1' : '1.0'
  return fc.letrec<Readonly<Record<'number' | 'bool' | 'text' | 'list', string>>>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('n', 'a.n', 'a.m', "a['n']", 'xs[0]', 'a.missing', ...literals, '2.5', '0.25'),
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', ...(ours ? ['/', '%'] : [])), tie('number'))
        .map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc.tuple(tie('bool'), tie('number'), tie('number')).map(([c, x, y]) => `(${c}) ? (${x}) : (${y})`),
      fc.oneof(tie('list'), tie('text')).map((x) => (ours ? `size(${x})` : `double(size(${x}))`)),
      // @bufbuild/cel takes two signs away without looking at what they stand before: text stays text there.
      tie('number').map((x) => (ours || !x.startsWith('-(') ? `-(${x})` : x)),
    ),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('true', 'false', 'a.flag', 'has(a.n)', 'has(a.missing)', 'a.missing'),
      fc.tuple(tie('bool'), fc.constantFrom('&&', '||', '=='), tie('bool')).map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
        .map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc
        .tuple(tie('text'), fc.constantFrom('<', '==', '!=', '>='), tie('text'))
        .map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc
        .tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('text'))
        .map(([l, f, r]) => `(${l}).${f}(${r})`),
      fc
        .tuple(
          tie('list'),
          fc.constantFrom('all', 'exists', 'exists_one'),
          fc.constantFrom(`v > ${one}`, 'v == n', 'v < a.missing', 'v < a.m'),
        )
        .map(([l, m, p]) => `(${l}).${m}(v, ${p})`),
      fc.tuple(tie('number'), tie('list')).map(([x, l]) => `(${x}) in (${l})`),
      tie('bool').map((x) => `!(${x})`),
    ),
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('s', 'a.s', "''", "'a'", "'it\\'s'", '"\\n\\u00e9"', "r'\\d'", "'日本'"),
      fc.tuple(tie('text'), tie('text')).map(([l, r]) => `(${l}) + (${r})`),
    ),
    list: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('xs', 'a.xs', `[${one}, 2.5, -0.5]`, `[n, ${one}]`),
      fc.tuple(tie('list'), tie('list')).map(([l, r]) => `(${l}) + (${r})`),
      tie('list').map((l) => `(${l}).filter(v, v > ${one})`),
      tie('list').map((l) => `(${l}).map(v, v + ${one})`),
    ),
  })).bool
}

const number: fc.Arbitrary<number> = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(0.5, 2.25, -1.75))
const text: fc.Arbitrary<string> = fc.constantFrom('', 'a', 'b', 'ab', 'é', '日')

/** Scopes for these expressions; now and then a field has another kind (not null: the oracles disagree on has()). */
export const jsonScope: fc.Arbitrary<Record<string, CelInput>> = fc.record(
  {
    n: number,
    s: text,
    xs: fc.array(number, { maxLength: 3 }),
    a: fc.record(
      {
        n: fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom<CelInput>('x', true) }),
        m: number,
        s: text,
        flag: fc.boolean(),
        xs: fc.array(number, { maxLength: 3 }),
      },
      { noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
)
