// What the page asks of the service, under the same name: no other origin is asked.
export interface Place {
  place: number;
  name: string;
  points: number;
}

export interface Ranking {
  total: number;
  places: Place[];
}

export class Refused extends Error {
  constructor(readonly status: number) {
    super(status === 401 || status === 403 ? 'Sign in to do that.' : `The service answered ${status}.`);
  }
}

async function asked(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(path, { headers: { accept: 'application/json' }, ...init });
  if (!answer.ok) throw new Refused(answer.status);
  return answer;
}

export async function ranking(): Promise<Ranking> {
  return (await asked('/api/rankings')).json();
}

export async function givePoints(name: string, points: number): Promise<void> {
  await asked('/api/admin/scores', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, points }),
  });
}
