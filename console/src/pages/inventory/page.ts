import { IconBox } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/inventory',
    component: lazyRouteComponent(() => import('./inventory.tsx'), 'Inventory'),
  }),
] as const

export const inventory = {
  place: { label: 'Inventory', icon: IconBox },
  routes,
  renewedBy: { 'GET /api/inventory': ['charter'] },
} satisfies ListedPage
