// nginx as a plain proxy, and with ModSecurity and the OWASP core rule set, where Debian's packages nginx, libnginx-mod-http-modsecurity and
// modsecurity-crs are installed.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A proxy that answers; `cpu` is microseconds of processor time it has used. */
export interface Peer {
  readonly at: string
  cpu(): number
  stop(): void
}

const program = '/usr/sbin/nginx'
const firewall = {
  module: '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so',
  settings: '/etc/nginx/modsecurity.conf',
  setup: '/etc/modsecurity/crs/crs-setup.conf',
  rules: '/usr/share/modsecurity-crs/rules',
}

/** One worker, connections kept alive on both sides, no log. Undefined where it is not installed. */
export async function startNginx(target: string, kind: 'plain' | 'firewall'): Promise<Peer | undefined> {
  const needed = [program, ...(kind === 'firewall' ? Object.values(firewall) : [])]
  if (!needed.every((file) => existsSync(file))) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'nginx-bench-'))
  const at = `127.0.0.1:${await freePort()}`
  if (kind === 'firewall') {
    const settings = readFileSync(firewall.settings, 'utf8')
      .replace('SecRuleEngine DetectionOnly', 'SecRuleEngine On')
      .replace(/^SecAuditEngine .*$/m, 'SecAuditEngine Off')
      .replace(/^SecUnicodeMapFile .*$/m, '')
    writeFileSync(
      join(folder, 'rules.conf'),
      `${settings}\nInclude ${firewall.setup}\nInclude ${firewall.rules}/*.conf\n`,
    )
  }
  writeFileSync(join(folder, 'nginx.conf'), configOf(folder, at, target, kind))
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')])
  process.once('exit', () => {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  for (let turn = 0; turn < 100 && !(await isUp(at)); turn += 1) await new Promise((resolve) => setTimeout(resolve, 50))
  if (!(await isUp(at))) throw new Error(`nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`)
  return {
    at,
    cpu: () => [child.pid ?? 0, ...childrenOf(child.pid ?? 0)].reduce((sum, pid) => sum + cpuOf(pid), 0),
    stop: () => child.kill(),
  }
}

function configOf(folder: string, at: string, target: string, kind: 'plain' | 'firewall'): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  )
  return `
${kind === 'firewall' ? `load_module ${firewall.module};` : ''}
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${places.join('\n  ')}
  upstream api { server ${target}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen ${at};
    ${kind === 'firewall' ? `modsecurity on; modsecurity_rules_file ${folder}/rules.conf;` : ''}
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

const isUp = (at: string): Promise<boolean> =>
  fetch(`http://${at}/v1/events`, { headers: { 'x-user': 'bob' } }).then(
    ({ status }) => status === 200,
    () => false,
  )

/** Linux names the parent of a process after its state. */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && Number(statOf(pid)[1]) === parent)
}

/** Linux counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000
}

function statOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  } catch {
    return []
  }
}
