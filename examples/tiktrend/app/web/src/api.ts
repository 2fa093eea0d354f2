// What the API is asked; it shares the page's origin, and a session is a cookie that no script reads.

export interface Product {
  id: number
  store: string
  name: string
  price_cents: number
}

export class ApiError extends Error {
  constructor(readonly status: number) {
    super(status === 429 ? 'Too many requests: wait a minute.' : `The API answered ${status}.`)
  }
}

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(path, { headers: { 'content-type': 'application/json' }, ...options })
  if (!answer.ok) throw new ApiError(answer.status)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

export async function search(words: string): Promise<{ products: Product[]; found_by: string }> {
  return ask(`/api/products?${new URLSearchParams({ q: words })}`)
}

export async function begin(name: string): Promise<void> {
  await ask('/api/session', { method: 'POST', body: JSON.stringify({ name }) })
}

export async function favorites(): Promise<Product[]> {
  return (await ask<{ products: Product[] }>('/api/favorites')).products
}

export async function keep(product: Product): Promise<void> {
  await ask('/api/favorites', { method: 'POST', body: JSON.stringify({ product_id: product.id }) })
}

export async function forget(product: Product): Promise<void> {
  await ask(`/api/favorites/${product.id}`, { method: 'DELETE' })
}
