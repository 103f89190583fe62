/** Which address shows which page. Every page but the frame is loaded when it is opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { readInboxSearch } from './pages/approvals/search.ts'
import { charterSearch } from './pages/charter/search.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Outlet })
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignIn'),
})
const posture = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/posture/posture.tsx'), 'Posture'),
})
const lifecycles = createRoute({
  getParentRoute: () => inside,
  path: '/lifecycles',
  component: lazyRouteComponent(() => import('./pages/lifecycles/list.tsx'), 'Lifecycles'),
})
const lifecycle = createRoute({
  getParentRoute: () => inside,
  path: '/lifecycles/$object',
  component: lazyRouteComponent(() => import('./pages/lifecycles/lifecycle.tsx'), 'LifecyclePage'),
})
const charter = createRoute({
  getParentRoute: () => inside,
  path: '/charter',
  validateSearch: charterSearch,
  component: lazyRouteComponent(() => import('./pages/charter/charter.tsx'), 'Charter'),
})
const inventory = createRoute({
  getParentRoute: () => inside,
  path: '/inventory',
  component: lazyRouteComponent(() => import('./pages/inventory/inventory.tsx'), 'Inventory'),
})
const switches = createRoute({
  getParentRoute: () => inside,
  path: '/switches',
  component: lazyRouteComponent(() => import('./pages/switches/switches.tsx'), 'Switches'),
})
const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'Account'),
})
const sessions = createRoute({
  getParentRoute: () => inside,
  path: '/sessions',
  component: lazyRouteComponent(() => import('./pages/record/sessions.tsx'), 'Sessions'),
})
const session = createRoute({
  getParentRoute: () => inside,
  path: '/sessions/$id',
  component: lazyRouteComponent(() => import('./pages/record/session.tsx'), 'SessionPage'),
})
const call = createRoute({
  getParentRoute: () => inside,
  path: '/calls/$call',
  component: lazyRouteComponent(() => import('./pages/record/call.tsx'), 'CallPage'),
})
const ledger = createRoute({
  getParentRoute: () => inside,
  path: '/ledger',
  component: lazyRouteComponent(() => import('./pages/ledger/ledger.tsx'), 'Ledger'),
})

const approvals = createRoute({
  getParentRoute: () => inside,
  path: '/approvals',
  validateSearch: readInboxSearch,
  component: lazyRouteComponent(() => import('./pages/approvals/approvals.tsx'), 'Approvals'),
})
const approval = createRoute({ getParentRoute: () => approvals, path: '$reference' })
const findings = createRoute({
  getParentRoute: () => inside,
  path: '/findings',
  component: lazyRouteComponent(() => import('./pages/findings/findings.tsx'), 'Findings'),
})
const finding = createRoute({
  getParentRoute: () => inside,
  path: '/findings/$fingerprint',
  component: lazyRouteComponent(() => import('./pages/findings/finding.tsx'), 'Finding'),
})
const proof = createRoute({
  getParentRoute: () => inside,
  path: '/proofs/$run',
  component: lazyRouteComponent(() => import('./pages/findings/runs.tsx'), 'ProofRun'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren([
      posture,
      lifecycles,
      lifecycle,
      approvals.addChildren([approval]),
      charter,
      findings,
      finding,
      proof,
      inventory,
      switches,
      account,
      sessions,
      session,
      call,
      ledger,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: typeof router
  }
}
