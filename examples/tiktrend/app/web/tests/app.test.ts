import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import App from '../src/App.vue'

const SHOE = { id: 7, store: 'moda', name: 'Red Shoe', price_cents: 4200 }
let kept: (typeof SHOE)[]
let session: boolean
let status: Record<string, number>
let asked: string[]

beforeEach(() => {
  ;[kept, session, status, asked] = [[], false, {}, []]
  vi.stubGlobal('fetch', async (path: string, options: RequestInit = {}) => {
    const call = `${options.method ?? 'GET'} ${path}`
    asked.push(call)
    if (status[call]) return new Response('{}', { status: status[call] })
    if (call.startsWith('GET /api/products')) return Response.json({ products: [SHOE], found_by: 'search' })
    if (call === 'POST /api/session') session = true
    if (!session) return new Response('{}', { status: 401 })
    if (call === 'POST /api/favorites') kept = [SHOE]
    if (call.startsWith('DELETE')) return ((kept = []), new Response(null, { status: 204 }))
    return Response.json({ products: kept })
  })
})
afterEach(() => vi.unstubAllGlobals())

async function opened(): Promise<VueWrapper> {
  const page = mount(App)
  await flushPromises()
  return page
}

const list = (page: VueWrapper, label: string) => page.find(`ul[aria-label=${label}]`)

test('products are there at once, and nobody keeps one without a session', async () => {
  const page = await opened()
  expect(list(page, 'Products').text()).toContain('Red Shoe (moda), 42.00')
  expect(list(page, 'Products').find('button').exists()).toBe(false)
})

test('what is searched is asked of the API, spaces and all', async () => {
  const page = await opened()
  await page.find('input[name=q]').setValue('red shoe & hat')
  await page.find('form[role=search]').trigger('submit')
  expect(asked).toContain('GET /api/products?q=red+shoe+%26+hat')
})

test('who begins a session keeps a product and forgets it', async () => {
  const page = await opened()
  await page.find('input[name=name]').setValue('ana')
  await page.find('form').trigger('submit')
  await flushPromises()
  await list(page, 'Products').find('button').trigger('click')
  await flushPromises()
  expect(list(page, 'Favourites').text()).toContain('Red Shoe')
  await list(page, 'Favourites').find('button').trigger('click')
  await flushPromises()
  expect(list(page, 'Favourites').findAll('li')).toHaveLength(0)
})

test('who has a session goes on with it', async () => {
  session = true
  expect((await opened()).find('input[name=name]').exists()).toBe(false)
})

test('trouble is told in words', async () => {
  status['GET /api/products?q='] = 429
  expect((await opened()).find('[role=alert]').text()).toBe('Too many requests: wait a minute.')
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')))
  expect((await opened()).find('[role=alert]').text()).toBe('The API does not answer.')
})
