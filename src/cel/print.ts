import type { BinaryNode, ComprehensionNode, LiteralNode, Node } from './ast.ts'
import { formatNumber } from './decimal.ts'
import { IS, isCelError } from './value.ts'

// How tightly each form binds; a child that binds less than its place demands gets parentheses.
const CONDITIONAL = 1
const OR = 2
const AND = 3
const EQUALITY = 4
const RELATION = 5
const SUM = 6
const PRODUCT = 7
const UNARY = 8
const MEMBER = 9

const BINARY_STRENGTH: Readonly<Record<BinaryNode['op'], number>> = {
  '==': EQUALITY,
  '!=': EQUALITY,
  '<': RELATION,
  '<=': RELATION,
  '>': RELATION,
  '>=': RELATION,
  in: RELATION,
  '+': SUM,
  '-': SUM,
  '*': PRODUCT,
  '/': PRODUCT,
  '%': PRODUCT,
}

/** CEL text that parses to the same tree (source ranges aside), with only the parentheses it needs. */
export function printCel(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node)
    case 'ident':
      return node.name
    case 'select':
      return `${place(node.target, MEMBER)}.${node.optional ? '?' : ''}${node.field}`
    case 'has':
      return `has(${place(node.target, MEMBER)}.${node.optional ? '?' : ''}${node.field})`
    case 'index':
      return `${place(node.target, MEMBER)}[${node.optional ? '?' : ''}${printCel(node.index)}]`
    case 'not':
      return `!${place(node.operand, UNARY)}`
    case 'neg':
      return `-${place(node.operand, UNARY)}`
    case 'and':
      return `${place(node.left, AND)} && ${place(node.right, AND + 1)}`
    case 'or':
      return `${place(node.left, OR)} || ${place(node.right, OR + 1)}`
    case 'binary': {
      const strength = BINARY_STRENGTH[node.op]
      return `${place(node.left, strength)} ${node.op} ${place(node.right, strength + 1)}`
    }
    case 'conditional':
      return `${place(node.condition, OR)} ? ${printCel(node.consequent)} : ${printCel(node.alternate)}`
    case 'call': {
      const receiver = node.target === undefined ? '' : `${place(node.target, MEMBER)}.`
      return `${receiver}${node.name}(${node.args.map(printCel).join(', ')})`
    }
    case 'list':
      return `[${node.items.map(printCel).join(', ')}]`
    case 'map':
      return `{${node.entries.map(([key, value]) => `${printCel(key)}: ${printCel(value)}`).join(', ')}}`
    case 'comprehension':
      return printComprehension(node)
  }
}

function place(node: Node, demanded: number): string {
  return strengthOf(node) < demanded ? `(${printCel(node)})` : printCel(node)
}

function strengthOf(node: Node): number {
  switch (node.kind) {
    case 'conditional':
      return CONDITIONAL
    case 'or':
      return OR
    case 'and':
      return AND
    case 'binary':
      return BINARY_STRENGTH[node.op]
    case 'not':
    case 'neg':
      return UNARY
    default:
      return MEMBER
  }
}

function printComprehension(node: ComprehensionNode): string {
  const bodies = [node.predicate, node.transform].filter((body) => body !== undefined).map(printCel)
  return `${place(node.range, MEMBER)}.${node.macro}(${[node.variable, ...bodies].join(', ')})`
}

function printLiteral(node: LiteralNode): string {
  if (typeof node.value === 'string') return printString(node.value)
  if (!IS.number(node.value)) return String(node.value)
  const text = formatNumber(node.value)
  if (isCelError(text)) return String(node.value)
  return node.type === 'double' && !text.includes('.') ? `${text}.0` : text
}

function printString(text: string): string {
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/\p{Cc}|\p{Cf}|[\u2028\u2029]/gu, escapeCharacter)
  return `'${escaped}'`
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
