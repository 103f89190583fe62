import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/account',
    component: lazyRouteComponent(() => import('./account.tsx'), 'Account'),
  }),
] as const

export const account = {
  routes,
  renewedBy: { 'GET /api/session': ['charter'] },
} satisfies ListedPage
