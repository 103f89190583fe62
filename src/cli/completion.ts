import type { Command } from 'commander'

export type Shell = 'bash' | 'zsh' | 'fish'

interface Word {
  readonly name: string
  readonly says: string
  readonly options: readonly { readonly flag: string; readonly says: string }[]
}

/** The completion script of a shell for every command of a program; or, for `json`, what it is made of. */
export function completionScript(program: Command, shell: Shell | 'json'): string {
  const words = wordsOf(program)
  if (shell === 'json') return JSON.stringify({ commands: words }, null, 2)
  if (shell === 'bash') return bashScript(words)
  return shell === 'zsh' ? zshScript(words) : fishScript(words)
}

function wordsOf(program: Command): Word[] {
  return program.commands.map((command) => ({
    name: command.name(),
    says: command.description(),
    options: command.options.flatMap(({ long, description }) => (long ? [{ flag: long, says: description }] : [])),
  }))
}

function bashScript(words: readonly Word[]): string {
  const cases = words.map(({ name, options }) => `    ${name}) words="${options.map(({ flag }) => flag).join(' ')}" ;;`)
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
  const cases = words.map(({ name, options }) => {
    const flags = options.map(({ flag, says }) => quoted(`${flag}[${spec(says)}]`)).join(' ')
    return `      ${name}) _arguments ${flags} '*:file:_files' ;;`
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
  const lines = words.flatMap(({ name, says, options }) => [
    `complete -c lockstep -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(says)}`,
    ...options.map(
      ({ flag, says: option }) =>
        `complete -c lockstep -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d ${fishQuoted(option)}`,
    ),
  ])
  return ['# fish completion for lockstep', ...lines].join('\n')
}
