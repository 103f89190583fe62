import { IconBug } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/findings',
    component: lazyRouteComponent(() => import('./findings.tsx'), 'Findings'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/findings/$fingerprint',
    component: lazyRouteComponent(() => import('./finding.tsx'), 'Finding'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/proofs/$run',
    component: lazyRouteComponent(() => import('./runs.tsx'), 'ProofRun'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/coverage',
    component: lazyRouteComponent(() => import('./coverage.tsx'), 'Coverage'),
  }),
] as const

export const findings = {
  place: { label: 'Findings', icon: IconBug },
  routes,
  renewedBy: {
    'GET /api/findings': ['act', 'charter'],
    'GET /api/findings/{fingerprint}': ['act', 'charter'],
    'GET /api/proofs': ['act'],
    'GET /api/coverage': ['act', 'charter'],
  },
} satisfies ListedPage
