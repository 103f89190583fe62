import type { Command } from 'commander'

export type Shell = 'bash' | 'zsh' | 'fish'

interface Word {
  readonly name: string
  readonly says: string
  readonly options: readonly { readonly flag: string; readonly says: string }[]
  /** Commands below it, as `import` of `arazzo`; empty for a command that does something itself. */
  readonly commands: readonly Word[]
}

/** The completion script of a shell for every command of a program; or, for `json`, what it is made of. */
export function completionScript(program: Command, shell: Shell | 'json'): string {
  const words = wordsOf(program)
  if (shell === 'json') return JSON.stringify({ commands: words }, null, 2)
  if (shell === 'bash') return bashScript(words)
  return shell === 'zsh' ? zshScript(words) : fishScript(words)
}

function wordsOf(program: Command): Word[] {
  return program.commands.map(
    (command): Word => ({
      name: command.name(),
      says: command.description(),
      options: command.options.flatMap(({ long, description }) => (long ? [{ flag: long, says: description }] : [])),
      commands: wordsOf(command),
    }),
  )
}

/** Everything that may follow a command: the commands below it, then the options of it and of them. */
function followersOf({ options, commands }: Word): { readonly name: string; readonly says: string }[] {
  const flags = [...options, ...commands.flatMap((command) => command.options)]
  const unique = new Map(flags.map(({ flag, says }) => [flag, { name: flag, says }]))
  return [...commands.map(({ name, says }) => ({ name, says })), ...unique.values()]
}

function bashScript(words: readonly Word[]): string {
  const cases = words.map((word) => {
    const followers = followersOf(word).map(({ name }) => name)
    return `    ${word.name}) words="${followers.join(' ')}" ;;`
  })
  return `# bash completion for lockstep: source it, or put it into the folder of bash-completion
_lockstep() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${words.map(({ name }) => name).join(' ')} --help --version" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${words.map(({ name }) => name).join(' ')} --help --version"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _lockstep lockstep`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const spec = (text: string): string => text.replaceAll(/[\\:[\]]/g, '\\$&')

function zshScript(words: readonly Word[]): string {
  const names = words.map(({ name, says }) => `    ${quoted(`${spec(name)}:${spec(says)}`)}`)
  const cases = words.map((word) => {
    const followers = followersOf(word)
    const flags = followers.filter(({ name }) => name.startsWith('-'))
    const below = followers.filter(({ name }) => !name.startsWith('-')).map(({ name }) => name)
    const first = below.length === 0 ? '' : ` ${quoted(`1:command:(${below.join(' ')})`)}`
    const options = flags.map(({ name, says }) => quoted(`${name}[${spec(says)}]`)).join(' ')
    return `      ${word.name}) _arguments ${options}${first} '*:file:_files' ;;`
  })
  return `#compdef lockstep
_lockstep() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local name="$words[2]"
    shift words
    (( CURRENT-- ))
    case "$name" in
${cases.join('\n')}
    esac
  fi
}
compdef _lockstep lockstep`
}

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fishScript(words: readonly Word[]): string {
  const lines = words.flatMap((word) => [
    `complete -c lockstep -f -n __fish_use_subcommand -a ${word.name} -d ${fishQuoted(word.says)}`,
    ...followersOf(word).map(({ name, says }) => {
      const what = name.startsWith('--') ? `-l ${name.slice(2)}` : `-a ${name}`
      return `complete -c lockstep -n '__fish_seen_subcommand_from ${word.name}' ${what} -d ${fishQuoted(says)}`
    }),
  ])
  return ['# fish completion for lockstep', ...lines].join('\n')
}
