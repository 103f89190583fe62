import type { ASTNode } from '@marcbachmann/cel-js'
import type { ArithmeticOperator, ComparisonOperator, LiteralNode, MacroName, Node } from './ast.ts'
import { parseDecimal } from './decimal.ts'
import { type CelDiagnostic, diagnosticAt } from './diagnostic.ts'

const MACROS: ReadonlyMap<string, MacroName> = new Map<string, MacroName>([
  ['all', 'all'],
  ['exists', 'exists'],
  ['exists_one', 'exists_one'],
  ['filter', 'filter'],
  ['map', 'map'],
])
const PROTOBUF_TYPES: ReadonlySet<string> = new Set(['Timestamp', 'Duration'])

/**
 * Turns the parser's tree into ours. Syntax that only looks like a call (`has`, the macros) becomes its own node.
 * What CEL has and we do not (bytes, `cel.bind`, `optional.of`) is added to `diagnostics`, and the returned node is
 * then of no use.
 */
export function convertTree(tree: ASTNode, diagnostics: CelDiagnostic[]): Node {
  return new Converter(diagnostics).node(tree)
}

class Converter {
  readonly #diagnostics: CelDiagnostic[]

  constructor(diagnostics: CelDiagnostic[]) {
    this.#diagnostics = diagnostics
  }

  node(tree: ASTNode): Node {
    const at = { start: tree.start, end: tree.end }
    switch (tree.op) {
      case 'value':
        return this.#literal(tree)
      case 'id':
        return { kind: 'ident', name: tree.args, ...at }
      case '.':
      case '.?':
        return this.#select(tree)
      case '[]':
      case '[?]': {
        const [target, index] = tree.args
        return { kind: 'index', target: this.node(target), index: this.node(index), optional: tree.op === '[?]', ...at }
      }
      case 'call':
        return tree.args[0] === 'has' ? this.#has(tree) : this.#call(tree, tree.args[0], undefined, tree.args[1])
      case 'rcall':
        return this.#methodCall(tree)
      case 'list':
        return { kind: 'list', items: tree.args.map((item) => this.node(item)), ...at }
      case 'map': {
        const entries = tree.args.map(([key, value]) => [this.node(key), this.node(value)] as const)
        return { kind: 'map', entries, ...at }
      }
      case '?:': {
        const [condition, consequent, alternate] = tree.args
        return {
          kind: 'conditional',
          condition: this.node(condition),
          consequent: this.node(consequent),
          alternate: this.node(alternate),
          ...at,
        }
      }
      case '!_':
        return { kind: 'not', operand: this.node(tree.args), ...at }
      case '-_':
        return { kind: 'neg', operand: this.node(tree.args), ...at }
      case '&&':
        return { kind: 'and', ...this.#sides(tree.args), ...at }
      case '||':
        return { kind: 'or', ...this.#sides(tree.args), ...at }
      default:
        return this.#binary(tree, tree.op, tree.args)
    }
  }

  #sides([left, right]: readonly [ASTNode, ASTNode]): { left: Node; right: Node } {
    return { left: this.node(left), right: this.node(right) }
  }

  #binary(tree: ASTNode, op: ComparisonOperator | ArithmeticOperator, args: readonly [ASTNode, ASTNode]): Node {
    return { kind: 'binary', op, ...this.#sides(args), start: tree.start, end: tree.end }
  }

  #literal(tree: ASTNode & { op: 'value' }): LiteralNode {
    const at = { start: tree.start, end: tree.end }
    const value = tree.args
    if (value === null) return { kind: 'literal', type: 'null', value, ...at }
    if (typeof value === 'boolean') return { kind: 'literal', type: 'bool', value, ...at }
    if (typeof value === 'string') return { kind: 'literal', type: 'string', value, ...at }
    if (value instanceof Uint8Array) return this.#refused(tree, 'bytes are not supported')
    const whole = typeof value !== 'number'
    // The parser reads decimals as floating point; the source text has the exact value.
    const text = whole ? String(value) : tree.input.slice(tree.start, tree.end)
    const number = parseDecimal(text.startsWith('.') ? `0${text}` : text)
    if (number === undefined) return this.#refused(tree, 'number with too many digits')
    return { kind: 'literal', type: whole ? 'int' : 'double', value: number, ...at }
  }

  #refused(tree: ASTNode, message: string, help?: string): LiteralNode {
    this.#diagnostics.push(diagnosticAt(tree, message, help))
    return { kind: 'literal', type: 'null', value: null, start: tree.start, end: tree.end }
  }

  #select(tree: ASTNode & { op: '.' | '.?' }): Node {
    const [target, field] = tree.args
    const at = { start: tree.start, end: tree.end }
    if (tree.op === '.' && PROTOBUF_TYPES.has(field) && isProtobufPackage(target)) {
      return { kind: 'ident', name: `google.protobuf.${field}`, ...at }
    }
    return { kind: 'select', target: this.node(target), field, optional: tree.op === '.?', ...at }
  }

  #has(tree: ASTNode & { op: 'call' }): Node {
    const [argument, ...others] = tree.args[1]
    if (argument === undefined || others.length > 0 || (argument.op !== '.' && argument.op !== '.?')) {
      return this.#refused(tree, 'has() takes one field', 'write has(request.field)')
    }
    const [target, field] = argument.args
    const optional = argument.op === '.?'
    return { kind: 'has', target: this.node(target), field, optional, start: tree.start, end: tree.end }
  }

  #methodCall(tree: ASTNode & { op: 'rcall' }): Node {
    const [name, target, args] = tree.args
    const macro = MACROS.get(name)
    if (macro !== undefined) return this.#comprehension(tree, macro)
    const isNamespace = target.op === 'id' && ['cel', 'optional', 'math', 'strings'].includes(target.args)
    if (isNamespace && ['bind', 'of', 'none', 'block'].includes(name))
      return this.#refused(tree, `${name}() is not supported`)
    return this.#call(tree, name, target, args)
  }

  #call(tree: ASTNode, name: string, target: ASTNode | undefined, args: readonly ASTNode[]): Node {
    return {
      kind: 'call',
      name,
      target: target === undefined ? undefined : this.node(target),
      args: args.map((arg) => this.node(arg)),
      start: tree.start,
      end: tree.end,
    }
  }

  #comprehension(tree: ASTNode & { op: 'rcall' }, macro: MacroName): Node {
    const [, range, args] = tree.args
    const [variable, second, third] = args
    const expected = macro === 'map' ? args.length === 2 || args.length === 3 : args.length === 2
    if (variable?.op !== 'id' || second === undefined || !expected) {
      return this.#refused(tree, `${macro}() takes a variable and an expression`, `write items.${macro}(item, …)`)
    }
    const body = this.node(second)
    const last = third === undefined ? undefined : this.node(third)
    const parts = macro === 'map' && last === undefined ? [undefined, body] : [body, last]
    return {
      kind: 'comprehension',
      macro,
      range: this.node(range),
      variable: variable.args,
      predicate: parts[0],
      transform: parts[1],
      start: tree.start,
      end: tree.end,
    }
  }
}

function isProtobufPackage(tree: ASTNode): boolean {
  if (tree.op !== '.' || tree.args[1] !== 'protobuf') return false
  const [root] = tree.args
  return root.op === 'id' && root.args === 'google'
}
