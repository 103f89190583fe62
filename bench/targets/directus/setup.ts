import { writeFile } from 'node:fs/promises'

/** What to make of a fresh directus. */
export interface Setup {
  readonly adminPassword: string
  readonly peoplePassword: string
  /** Whether three permissions are wider than the charter wants them. */
  readonly slack: boolean
  /** Where the description goes. */
  readonly description: URL
}

type Permission = Readonly<Record<string, unknown>>
type Call = (method: string, path: string, body?: unknown) => Promise<Readonly<Record<string, unknown>>>

/** Gives a fresh directus its content model and people, and writes the part of its description that is about articles. */
export async function setUp(url: string, setup: Setup): Promise<void> {
  const credentials = { email: 'root@example.com', password: setup.adminPassword }
  const { access_token: token } = await callAt(url, '')('POST', '/auth/login', credentials)
  const call = callAt(url, String(token))
  await call('POST', '/collections', articles)
  const author = await policy(call, 'own items only', authorMay(setup.slack))
  const editor = await policy(call, 'editors', editorMay(setup.slack))
  const auditor = await policy(call, 'auditors', [onArticles('read', {}, ['*'])])
  for (const [name, held] of Object.entries({
    anna: author,
    aldo: author,
    edda: editor,
    egon: editor,
    olga: auditor,
  })) {
    const user = await call('POST', '/users', { email: `${name}@example.com`, password: setup.peoplePassword })
    await call('POST', '/access', { user: user['id'], policy: held, sort: 1 })
  }
  const { paths, ...rest } = await call('GET', '/server/specs/oas')
  const ours = Object.entries(Object(paths)).filter(([path]) => path.startsWith('/items/'))
  await writeFile(setup.description, JSON.stringify({ ...rest, paths: Object.fromEntries(ours) }))
}

const articles = {
  collection: 'articles',
  schema: {},
  meta: {},
  fields: [
    {
      field: 'id',
      type: 'uuid',
      meta: { special: ['uuid'] },
      schema: { is_primary_key: true, has_auto_increment: false },
    },
    { field: 'title', type: 'string', meta: {}, schema: {} },
    { field: 'status', type: 'string', meta: {}, schema: { default_value: 'draft' } },
    { field: 'note', type: 'string', meta: {}, schema: {} },
    { field: 'owner', type: 'uuid', meta: { special: ['user-created'] }, schema: {} },
  ],
}

const own = { owner: { _eq: '$CURRENT_USER' } }
const unpublished = { status: { _in: ['draft', 'review'] } }

function authorMay(slack: boolean): Permission[] {
  const seen = ['id', 'title', 'status', 'owner', ...(slack ? ['note'] : [])]
  return [
    {
      ...onArticles('create', {}, ['title', 'status'], { status: { _eq: 'draft' } }),
      presets: { status: 'draft' },
    },
    onArticles('read', slack ? {} : own, seen),
    onArticles('update', { _and: [own, unpublished] }, ['title', 'status'], unpublished),
    onArticles('delete', { _and: [own, { status: { _eq: 'draft' } }] }, []),
    onArticles('share', own, []),
    { collection: 'directus_shares', action: 'create', permissions: {}, validation: {}, fields: ['*'] },
    {
      collection: 'directus_shares',
      action: 'read',
      permissions: { user_created: { _eq: '$CURRENT_USER' } },
      fields: ['*'],
    },
  ]
}

function editorMay(slack: boolean): Permission[] {
  const publishing = { status: { _in: ['review', 'published'] } }
  return [
    onArticles('read', {}, ['*']),
    onArticles('update', slack ? {} : { status: { _eq: 'review' } }, ['status', 'note'], publishing),
  ]
}

function onArticles(
  action: string,
  permissions: object,
  fields: readonly string[],
  validation: object = {},
): Permission {
  return { collection: 'articles', action, permissions, fields, validation }
}

async function policy(call: Call, name: string, permissions: readonly Permission[]): Promise<unknown> {
  const { id } = await call('POST', '/policies', { name, app_access: false, admin_access: false })
  for (const permission of permissions) await call('POST', '/permissions', { ...permission, policy: id })
  return id
}

function callAt(url: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token === '' ? {} : { Authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    const answer: Readonly<Record<string, unknown>> = text === '' ? {} : JSON.parse(text)
    return Object(answer['data'] ?? answer)
  }
}
