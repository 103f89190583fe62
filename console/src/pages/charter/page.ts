import { IconFileText } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, type ListedPage } from '../../frame.ts'
import { charterSearch } from './search.ts'

const routes = [
  createRoute({
    getParentRoute: () => inside,
    path: '/charter',
    validateSearch: charterSearch,
    component: lazyRouteComponent(() => import('./charter.tsx'), 'Charter'),
  }),
] as const

export const charter = {
  place: { label: 'Charter', icon: IconFileText },
  routes,
  renewedBy: { 'GET /api/charter': ['charter'], 'GET /api/charter/changes': ['act'] },
} satisfies ListedPage
