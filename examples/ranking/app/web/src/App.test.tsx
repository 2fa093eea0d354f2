import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { App } from './App';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function answers(...given: Response[]) {
  const asked = vi.fn(async () => given.shift()!);
  vi.stubGlobal('fetch', asked);
  return asked;
}

test('places are shown in their order', async () => {
  const places = [
    { place: 1, name: 'ann', points: 9 },
    { place: 2, name: 'bob', points: 3 },
  ];
  const asked = answers(Response.json({ total: 2, places }));
  render(<App path="/" />);
  expect(await screen.findByText('2 in all')).toBeTruthy();
  expect(screen.getAllByRole('row').map((row) => row.textContent)).toEqual(['PlaceNamePoints', '1ann9', '2bob3']);
  expect(asked.mock.calls[0]?.[0 as never]).toBe('/api/rankings');
});

test('where the service fails it says so, and asks again when it is told to', async () => {
  answers(new Response('', { status: 503 }), Response.json({ total: 0, places: [] }));
  render(<App path="/" />);
  expect((await screen.findByRole('alert')).textContent).toContain('answered 503');
  fireEvent.click(screen.getByText('Try again'));
  expect(await screen.findByText('0 in all')).toBeTruthy();
});

test.each([
  [204, 'Given.'],
  [401, 'Sign in to do that.'],
  [500, 'The service answered 500.'],
])('points are given, or it says why not (%i)', async (status, said) => {
  const asked = answers(new Response(null, { status }));
  render(<App path="/give" />);
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'ann' } });
  fireEvent.change(screen.getByLabelText('Points'), { target: { value: '9' } });
  fireEvent.submit(screen.getByRole('button').closest('form')!);
  expect(await screen.findByText(said)).toBeTruthy();
  const [path, init] = asked.mock.calls[0] as unknown as [string, RequestInit];
  expect([path, init.method, init.body]).toEqual(['/api/admin/scores', 'PUT', '{"name":"ann","points":9}']);
});
