/** Where MCP clients keep which servers they start, by what their makers document. */
import { join } from 'node:path'

export const clientNames = ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'windsurf', 'zed', 'gemini'] as const
export type ClientName = (typeof clientNames)[number]

/** One file of one client. */
export interface ClientFile {
  readonly client: ClientName
  readonly path: string
  /** The member that has the servers. */
  readonly section: 'mcpServers' | 'servers' | 'context_servers'
}

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** The project whose own files count too. */
  readonly project: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** All places, whether there is a file or not; those of the project first. */
export function clientFiles({ platform, home, project, env }: Machine): readonly ClientFile[] {
  const roaming = env['APPDATA'] ?? join(home, 'AppData', 'Roaming')
  const support =
    platform === 'win32'
      ? roaming
      : platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : (env['XDG_CONFIG_HOME'] ?? join(home, '.config'))
  const zed = platform === 'win32' ? join(roaming, 'Zed') : join(home, '.config', 'zed')
  const places: readonly (readonly [ClientName, ClientFile['section'], ...(readonly string[])])[] = [
    ['claude-code', 'mcpServers', join(project, '.mcp.json'), join(home, '.claude.json')],
    ['cursor', 'mcpServers', join(project, '.cursor', 'mcp.json'), join(home, '.cursor', 'mcp.json')],
    ['vscode', 'servers', join(project, '.vscode', 'mcp.json'), join(support, 'Code', 'User', 'mcp.json')],
    ['zed', 'context_servers', join(project, '.zed', 'settings.json'), join(zed, 'settings.json')],
    ['gemini', 'mcpServers', join(project, '.gemini', 'settings.json'), join(home, '.gemini', 'settings.json')],
    ['claude-desktop', 'mcpServers', join(support, 'Claude', 'claude_desktop_config.json')],
    ['windsurf', 'mcpServers', join(home, '.codeium', 'windsurf', 'mcp_config.json')],
  ]
  return places.flatMap(([client, section, ...paths]) => paths.map((path) => ({ client, section, path })))
}
