import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { givePoints, type Ranking, ranking } from './api';

export function App({ path }: { path: string }) {
  return (
    <main>
      <nav>
        <a href="/">Ranking</a> <a href="/give">Give points</a> <a href="/api/admin/session">Sign in</a>
      </nav>
      {path === '/give' ? <Give /> : <Places />}
    </main>
  );
}

function Places() {
  const [found, setFound] = useState<Ranking>();
  const [failed, setFailed] = useState('');
  const load = useCallback(() => {
    setFailed('');
    ranking().then(setFound, (reason: Error) => setFailed(reason.message));
  }, []);
  useEffect(load, [load]);
  if (failed) {
    return (
      <p role="alert">
        {failed} <button onClick={load}>Try again</button>
      </p>
    );
  }
  return (
    <>
      <h1>Ranking</h1>
      {/* as high before the answer as after it: nothing on the page moves */}
      <table aria-busy={!found}>
        <thead>
          <tr>
            <th>Place</th>
            <th>Name</th>
            <th>Points</th>
          </tr>
        </thead>
        <tbody>
          {found?.places.map((each) => (
            <tr key={each.name}>
              <td>{each.place}</td>
              <td>{each.name}</td>
              <td>{each.points}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{found ? `${found.total} in all` : 'Asking …'}</p>
    </>
  );
}

function Give() {
  const [said, setSaid] = useState('');
  const give = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    givePoints(String(form.get('name')), Number(form.get('points'))).then(
      () => setSaid('Given.'),
      (reason: Error) => setSaid(reason.message),
    );
  };
  return (
    <form onSubmit={give}>
      <h1>Give points</h1>
      <label>
        Name <input name="name" required maxLength={80} />
      </label>{' '}
      <label>
        Points <input name="points" type="number" min={0} required />
      </label>{' '}
      <button>Give</button>
      <p role="status">{said}</p>
    </form>
  );
}
