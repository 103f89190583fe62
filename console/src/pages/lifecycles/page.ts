import { IconRoute } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/lifecycles',
    component: lazyRouteComponent(() => import('./list.tsx'), 'Lifecycles'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/lifecycles/$object',
    component: lazyRouteComponent(() => import('./lifecycle.tsx'), 'LifecyclePage'),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: '/workflows/$workflow',
    component: lazyRouteComponent(() => import('../workflows/workflow.tsx'), 'WorkflowPage'),
  }),
] as const

export const lifecycles = {
  place: { label: 'Lifecycles', icon: IconRoute },
  routes,
  renewedBy: {
    'GET /api/lifecycles': ['charter'],
    'GET /api/lifecycles/{object}': ['charter'],
    'GET /api/lifecycles/{object}/traffic': ['decision', 'act'],
    'GET /api/workflows': ['charter'],
    'GET /api/workflows/{workflow}': ['charter'],
    'GET /api/workflows/{workflow}/traffic': ['decision', 'act'],
  },
} satisfies ListedPage
